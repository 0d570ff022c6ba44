/** A presence with a catalog and a clock, and short words for what happens to them. */
import { Catalog, type Device } from "../../../server/hub/catalog.ts";
import { Presence, type StateOfDevice } from "../../../server/hub/devices/presence.ts";
import type { DeviceMeta } from "../../../server/protocol/metadata.ts";
import { FakeClock } from "../../support/fake-clock.ts";

export const second = 1_000;
export const minute = 60 * second;

/** `before` fills the catalog with what the hub before left. */
export function world(before: (found: { catalog: Catalog; clock: FakeClock }) => void = () => {}) {
  const clock = new FakeClock();
  const told: string[] = [];
  const catalog = new Catalog({
    epoch: "e",
    commit: 0,
    nextSeries: 1,
    series: [],
    latest: [],
    masks: [],
    devices: [],
    metrics: [],
    aliases: [],
    merges: [],
    nextPresence: 1,
    aliveMs: null,
    recovered: false,
  });
  before({ catalog, clock });
  const presence = new Presence({
    clock,
    devices: catalog.devices(),
    onChange: (device: Device, { state, reason }: StateOfDevice) => told.push(`${device.id} ${state} ${reason}`),
  });

  function device(id: string, meta: Omit<DeviceMeta, "metrics"> = {}): Device {
    const made = catalog.device(id, clock.now());
    made.meta = { ...made.meta, ...meta };
    return made;
  }

  /** One reading, committed now; its device time is now too unless told otherwise. */
  function report(id: string, metric = "temperature", timeMs = clock.now()): void {
    const owner = catalog.device(id, clock.now());
    const series = owner.series.get(metric) ?? catalog.addSeries(owner, metric, "number");
    series.latestReceivedMs = clock.now();
    presence.reported(series, timeMs, clock.monotonic());
  }

  /** One reading that is refused now with all others. */
  function refuse(id: string): void {
    presence.refused(catalog.device(id, clock.now()), clock.monotonic());
  }

  function reportEvery(id: string, everyMs: number, times: number, metric?: string): void {
    for (let count = 0; count < times; count++) {
      clock.advance(everyMs);
      report(id, metric);
    }
  }

  const seen = (id: string) => {
    const { state, reason } = presence.stateOf(device(id));
    return `${state} ${reason}`;
  };
  return { clock, catalog, presence, told, device, report, refuse, reportEvery, seen };
}
