/** Copies of the data: what is ordered, what comes of it. */

export interface BackupOrder {
  /** Where the copy goes: an absolute path. */
  readonly file: string;
  /** An earlier copy of that name may be replaced. */
  readonly force: boolean;
  /** The folder of the data that is meant, where whoever asks does not know which hub answers. */
  readonly data?: string | undefined;
}

/** What was copied, and read back from the copy. */
export interface Backup {
  readonly bytes: number;
  readonly readings: number;
  readonly series: number;
  /** How long all of it took. */
  readonly ms: number;
}

/** Why there is no copy: one sentence for a person, that says what to do. */
export class BackupError extends Error {
  readonly code:
    | "invalid_value"
    | "conflict"
    | "not_found"
    | "not_allowed"
    | "storage_full"
    | "store_unavailable"
    | "internal";

  constructor(code: BackupError["code"], message: string) {
    super(message);
    this.name = "BackupError";
    this.code = code;
  }
}
