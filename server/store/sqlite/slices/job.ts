/** Work beside the commits: what the writer does between them and at rest, slice by slice. `maintenance.ts` says when, `jobs.ts` what. */
import type { StoreSettings } from "../options.ts";
import type { WriterParts } from "../parts.ts";

/** One kind of such work. */
export interface Job {
  readonly name: string;
  /**
   * The first of these moments at which a slice is done. `commit`: after any commit, once enough is due. `checkpoint`: when
   * the log is moved, since a busy hub is never idle. `idle`: only while no commit comes.
   */
  readonly from: "commit" | "checkpoint" | "idle";
  /** One slice, short enough for a commit to wait for; true where more is left. An error leaves all as it was. */
  run(): boolean;
}

/** What all jobs work on. */
export interface Workplace {
  readonly parts: WriterParts;
  readonly settings: StoreSettings;
  /** The newest commit. */
  commit: number;
}
