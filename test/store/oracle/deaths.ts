/** Where a store's process can be told to die: before or after the n-th statement of a kind that its writer runs. */

/** Each kind with the beginning of its SQL. The order is the wire's. */
export const deathPoints = {
  commit: /^COMMIT/,
  journal: /^INSERT INTO journal/,
  seal: /^INSERT INTO (?:chunks|sealed)/,
  trim: /^DELETE FROM (?:journal|forgotten) /,
  /** A series becomes a part of another one. */
  absorb:
    /^(?:UPDATE chunks SET series|INSERT OR REPLACE INTO (?:absorbed|aliases)|UPDATE (?:absorbed|aliases)|DELETE FROM aliases)/,
  /** Readings whose time was refused. */
  quarantine: /^(?:INSERT INTO|DELETE FROM) quarantine/,
  /** A merge takes chunks away, and so does a delete. */
  unchunk: /^(?:DELETE FROM chunks WHERE id = |UPDATE chunks)/,
  removal:
    /^(?:DELETE FROM (?:series|sealed|devices|metrics|refusals|marks)|INSERT (?:OR IGNORE )?INTO (?:doomed|forgotten))/,
  purge: /^DELETE FROM (?:chunks WHERE id IN|doomed)/,
  records: /^INSERT (?:OR REPLACE )?INTO (?:series|devices|metrics|refusals|marks|presence|meta)/,
  checkpoint: /^wal_checkpoint/,
  /** What is rolled up into tiers, and where they are not to be asked. */
  roll: /^(?:INSERT INTO (?:tiers|rolled|stale)|DELETE FROM (?:tiers|stale) WHERE (?:id = |series = \? AND))/,
  /** Everything, reads too: what opening does. */
  any: /^/,
} as const;

export type DeathPoint = keyof typeof deathPoints;
export const deathPointNames = Object.keys(deathPoints) as DeathPoint[];

/** A death to come. */
export interface Death {
  readonly point: DeathPoint;
  /** 1 is the next one. */
  readonly nth: number;
  /** Once the statement was run, or instead of running it. */
  readonly after: boolean;
}

/** Cells of the memory that a process shares with its writer: nth (0: nothing is due), point, after. */
export const planCells = 3;
/** Under this name the writer's thread finds that memory, and the path of the note that it leaves behind when it dies. */
export const planKey = "oracle-death";

export interface Plan {
  readonly cells: SharedArrayBuffer;
  readonly notePath: string;
}

/** What a writer leaves behind: where it died. */
export interface Note {
  readonly sql: string;
  /** In the midst of a delete, which seals and takes chunks away as well. */
  readonly isDelete: boolean;
}
