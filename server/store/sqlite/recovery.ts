/** What a start finds: heads and marks rebuilt from the journal, and what the hub is told of it. */
import { newerOf } from "../keeping.ts";
import type { Latest, StoreState } from "../store.ts";
import { openMerges } from "./absorb.ts";
import { readAliases } from "./aliases.ts";
import type { SeriesHead } from "./head.ts";
import type { WriterParts } from "./parts.ts";

/** The newest commit of the journal; of an empty one 0 and null. */
export interface Recovered {
  readonly commit: number;
  /** Its arrival, ms since the epoch. */
  readonly receivedMs: number | null;
}

/** Takes all that the journal has into heads and marks. */
export function recover({
  heads,
  journal,
  marks,
  records,
}: Pick<WriterParts, "heads" | "journal" | "marks" | "records">): Recovered {
  let newest: Recovered = { commit: 0, receivedMs: null };
  for (const head of records.heads()) heads.add(head);
  const forgotten = journal.forgotten();
  for (const [commit, { receivedMs, marks: found, columns }] of journal.replay()) {
    newest = { commit, receivedMs };
    for (const mark of found) {
      if (commit > (forgotten.get(mark.device) ?? 0)) marks.apply(mark, receivedMs, commit);
    }
    heads.replay(columns, commit);
  }
  heads.resumeSweep();
  heads.tally.overwritten = 0;
  return newest;
}

export function describe(
  { db, heads, masks, meta, presence, records, sealer }: WriterParts,
  { commit, receivedMs }: Recovered,
  nextSeries: number,
  recovered: boolean,
): StoreState {
  const all = heads.all();
  return {
    ...{ epoch: meta.get("epoch"), commit, nextSeries, recovered },
    series: all.map((head) => sealer.stateOf(head)),
    latest: all.flatMap((head) => latestOf({ heads, masks }, head)),
    masks: masks.all(),
    devices: records.devices(),
    metrics: records.metrics(),
    aliases: readAliases(db),
    merges: openMerges({ db }),
    nextPresence: presence.next,
    aliveMs: newerOf(receivedMs, presence.aliveMs),
  };
}

/** Its newest reading that is shown; none where there is none. */
export function latestOf({ heads, masks }: Pick<WriterParts, "heads" | "masks">, head: SeriesHead): Latest[] {
  const newest = masks.newestShown(heads, head);
  return newest ? [{ series: head.identity.series, ...newest }] : [];
}
