/** What a viewer of a set is told first: its devices and series, in pages of one frame each. */
import type { SeriesState } from "../store/store.ts";
import type { Catalog, Series } from "./catalog.ts";
import { deviceEntryOf, liveSeriesEntryOf, type PresenceView } from "./entries.ts";
import type { LiveSet } from "./live-set.ts";
import { pagesOf } from "./live-sets.ts";

export interface SnapshotDeps {
  readonly catalog: Catalog;
  readonly presence: PresenceView;
  readonly spans: (series: readonly number[]) => Promise<readonly SeriesState[]>;
}

/** The `devices` and `series` frames of a set. Series removed meanwhile are left out: their removal is announced. */
export async function* snapshotFrames(set: LiveSet, deps: SnapshotDeps): AsyncGenerator<string> {
  const { catalog, presence, spans } = deps;
  for (const page of pagesOf(catalog.selectDevices(set.selection.devices))) {
    const devices = page.map((device) => deviceEntryOf(device, presence));
    yield JSON.stringify({ type: "devices", set: set.number, devices });
  }
  const numbers = [...set.series.keys()];
  for (const page of pagesOf(numbers)) {
    const known = await spans(page);
    const series = known.flatMap((span) => {
      const one: Series | undefined = catalog.findSeries(span.series);
      return one ? [liveSeriesEntryOf(one, span, presence)] : [];
    });
    if (series.length > 0) yield JSON.stringify({ type: "series", set: set.number, series });
  }
}
