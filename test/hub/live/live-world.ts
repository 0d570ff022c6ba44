/** The viewer side by itself: a real catalog, store, presence, history and fan-out, with commits made by hand. */
import { openPrincipal } from "../../../server/hub/access/principal.ts";
import { advanceLatest, Catalog, type Series } from "../../../server/hub/catalog.ts";
import { toRecordMeta } from "../../../server/hub/described.ts";
import { Presence } from "../../../server/hub/devices/presence.ts";
import { History } from "../../../server/hub/history.ts";
import { LiveSets } from "../../../server/hub/live/live-sets.ts";
import {
  defaultHistorySettings,
  defaultLiveSettings,
  type HistorySettings,
  type LiveSettings,
} from "../../../server/hub/live/live-settings.ts";
import { SlowViewers } from "../../../server/hub/live/slow-viewers.ts";
import { ViewerSession } from "../../../server/hub/live/viewer-session.ts";
import { ViewersBudget } from "../../../server/hub/live/viewers-budget.ts";
import type { RemovalDeps } from "../../../server/hub/removal.ts";
import { silentLog } from "../../../server/ports.ts";
import { ColumnsBuilder, typeOfValue, type Value } from "../../../server/store/columns.ts";
import { MemoryData } from "../../../server/store/memory/data.ts";
import { MemoryStore } from "../../../server/store/memory/memory-store.ts";
import type { NewSeries } from "../../../server/store/store.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakePeer } from "../../support/fake-peer.ts";

/** A reading as a test writes it: `boiler-1/temperature`, its time and value. */
export type TestReading = readonly [name: string, timeMs: number, value: Value];

/** With `data` that another world had before: a hub that was started again. */
export async function liveWorld(
  live: Partial<LiveSettings> = {},
  past: Partial<HistorySettings> = {},
  data?: MemoryData,
  clock = new FakeClock(),
) {
  const stored = data ?? new MemoryData();
  const store = new MemoryStore(stored);
  const state = await store.open();
  const catalog = new Catalog(state);
  const settings = { ...defaultLiveSettings, ...live };
  const spans = (series: readonly number[]) => store.seriesState(series);
  const recent = await store.recent(settings.resumeBytes, clock.now() - settings.resumeMs);
  const sets: LiveSets[] = [];
  const presence = new Presence({ clock, devices: [], onChange: (device) => sets[0]?.deviceChanged(device) });
  const budget = new ViewersBudget(settings.viewersBytes, clock);
  const liveSets = new LiveSets({ catalog, presence, clock, settings, offset: state.commit, recent, spans, budget });
  sets.push(liveSets);
  const slow = new SlowViewers();
  const history = new History(store, { ...defaultHistorySettings, ...past }, presence);
  const deps = { live: liveSets, history, catalog, presence, slow, budget, settings, clock, spans, log: silentLog };

  function seriesOf(name: string, value: Value, made: NewSeries[]): Series {
    const [device = "", metric = ""] = name.split("/");
    const known = catalog.device(device, clock.now()).series.get(metric);
    if (known) return known;
    const series = catalog.addSeries(catalog.device(device, clock.now()), metric, typeOfValue(value));
    made.push({ series: series.number, device, metric, type: series.type });
    return series;
  }

  /** One group commit, told to viewers as the hub tells it. */
  async function commit(...readings: TestReading[]): Promise<number> {
    const columns = new ColumnsBuilder();
    const newSeries: NewSeries[] = [];
    const all = readings.map(([name, timeMs, value]) => ({ series: seriesOf(name, value, newSeries), timeMs, value }));
    for (const { series, timeMs, value } of all) columns.push(series.number, timeMs, value);
    // As the hub does: a device that is left without series is there after a restart, too.
    const devices = [...new Set(newSeries.map(({ device }) => device))].flatMap((id) => {
      const device = catalog.findDevice(id);
      return device ? [{ device: id, firstSeenMs: device.firstSeenMs, meta: toRecordMeta(device.own) }] : [];
    });
    const batch = { receivedMs: clock.now(), newSeries, marks: [], refusals: [], devices, metrics: [] };
    const done = await store.append({ ...batch, columns: columns.take() });
    for (const { series, timeMs, value } of all) {
      if (!series.committed) {
        series.committed = true;
        liveSets.seriesAppeared(series);
      }
      advanceLatest(series, timeMs, value, clock.now());
      presence.reported(series, timeMs, clock.monotonic());
    }
    liveSets.committed(done, batch.receivedMs);
    return done.commit;
  }

  function numberOf(name: string): number {
    const [device = "", metric = ""] = name.split("/");
    return catalog.findDevice(device)?.series.get(metric)?.number ?? Number.NaN;
  }

  function viewer(address?: string, restricted?: boolean) {
    const peer = new FakePeer(address, restricted);
    return { peer, session: new ViewerSession(peer, openPrincipal, { ...deps, epoch: state.epoch }) };
  }

  const removal: RemovalDeps = {
    ...{ store, catalog, live: liveSets, presence, clock },
    committer: { exclusive: (work: () => Promise<unknown>) => work(), replaceWaiting: () => {} } as never,
  };

  return {
    store,
    data: stored,
    removal,
    clock,
    catalog,
    presence,
    live: liveSets,
    slow,
    budget,
    history,
    commit,
    numberOf,
    viewer,
    epoch: state.epoch,
  };
}
