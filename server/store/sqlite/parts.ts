/** The parts of the writer that work on one open database. */
import type { Budget } from "./budget.ts";
import type { Chunks } from "./chunks.ts";
import type { Db } from "./driver.ts";
import type { Heads } from "./heads.ts";
import type { JournalLog } from "./journal-log.ts";
import type { Marks } from "./marks.ts";
import type { MaskTable } from "./masks.ts";
import type { Policies } from "./policies.ts";
import type { PresenceTable } from "./presence-table.ts";
import type { Records } from "./records.ts";
import type { Meta } from "./schema.ts";
import type { Sealer } from "./seal.ts";
import type { Staleness } from "./stale.ts";
import type { Usage } from "./usage.ts";

export interface WriterParts {
  readonly budget: Budget;
  readonly db: Db;
  readonly chunks: Chunks;
  readonly heads: Heads;
  readonly journal: JournalLog;
  readonly marks: Marks;
  readonly masks: MaskTable;
  readonly meta: Meta;
  readonly policies: Policies;
  readonly presence: PresenceTable;
  readonly records: Records;
  readonly sealer: Sealer;
  readonly stale: Staleness;
  readonly usage: Usage;
}
