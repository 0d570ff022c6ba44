/** How much the data grows: a row a day of what it takes, and what the last week of them tells. */
import type { Db } from "./driver.ts";
import type { Heads } from "./heads.ts";
import type { JournalLog } from "./journal-log.ts";

const dayMs = 86_400_000;
/** Days whose growth is looked at: of them the median counts, so that one import or one deletion tells nothing. */
const daysLooked = 7;
/** What a new database holds without a reading, bytes. */
const emptyBytes = 96 * 1024;

/** Where readings are that no chunk has. */
interface Parts {
  readonly heads: Heads;
  readonly journal: JournalLog;
}

interface Row {
  readonly atMs: number;
  readonly bytes: number;
}

export class Usage {
  readonly #insert;
  /** The newest rows, in order. */
  #rows: Row[];

  constructor(db: Db) {
    this.#insert = db.prepare("INSERT OR REPLACE INTO usage VALUES (?, ?, ?)");
    const newest = db.prepare(`SELECT day_ms AS atMs, bytes FROM usage ORDER BY day_ms DESC LIMIT ${daysLooked + 1}`);
    this.#rows = (newest.all() as Row[]).reverse();
  }

  /** True a day after the newest row, and where there is none. A clock that was set back begins anew. */
  isDue(nowMs: number): boolean {
    const newest = this.#rows.at(-1);
    return newest === undefined || nowMs >= newest.atMs + dayMs || nowMs < newest.atMs - dayMs;
  }

  /** Writes what the data takes at `nowMs`, ms since the epoch, where something of it is compressed. */
  note(nowMs: number, parts: Parts, usedBytes: number): void {
    const { bytes, readings } = whenSealed(parts, usedBytes);
    if (readings === 0) return;
    const atMs = Math.floor(nowMs);
    this.#insert.run(atMs, bytes, readings);
    this.#rows = [...this.#rows.filter((row) => row.atMs < atMs), { atMs, bytes }].slice(-daysLooked - 1);
  }

  /** What a day adds at the median of the last week, bytes; null before there are two rows. */
  get bytesPerDay(): number | null {
    const rates: number[] = [];
    for (let at = 1; at < this.#rows.length; at++) {
      const [before, after] = [this.#rows[at - 1] as Row, this.#rows[at] as Row];
      rates.push(Math.max(0, ((after.bytes - before.bytes) * dayMs) / (after.atMs - before.atMs)));
    }
    if (rates.length === 0) return null;
    rates.sort((a, b) => a - b);
    const middle = rates.length / 2;
    return Math.round(((rates[Math.ceil(middle) - 1] as number) + (rates[Math.floor(middle)] as number)) / 2);
  }
}

/** What all readings would take compressed as those in chunks are: the journal fills once and then stays, and would tell of a growth that ends. */
function whenSealed({ heads, journal }: Parts, usedBytes: number) {
  let sealed = 0;
  let open = 0;
  for (const head of heads.all()) {
    sealed += head.sealed.count;
    open += head.length;
  }
  if (sealed === 0) return { bytes: 0, readings: 0 };
  const bytes = Math.max(0, usedBytes - journal.bytes - emptyBytes);
  return { bytes: Math.round((bytes * (sealed + open)) / sealed), readings: sealed + open };
}
