/** What the hub tells of itself in `GET status`. */
import type { Clock } from "../ports.ts";
import type { StatusAnswer } from "../protocol/http.ts";
import type { Limits } from "../protocol/limits.ts";
import type { TelemetryStore } from "../store/store.ts";
import type { Access } from "./access/access.ts";
import type { Catalog } from "./catalog.ts";
import type { Connection } from "./connection.ts";
import type { Presence } from "./devices/presence.ts";
import type { Intake } from "./ingest/intake.ts";
import type { LiveSettings } from "./live/live-settings.ts";
import type { SlowViewers } from "./live/slow-viewers.ts";
import type { ViewersBudget } from "./live/viewers-budget.ts";
import type { DoorCounts, Meters } from "./meters.ts";
import { limitsNow, storeStatus } from "./storage/room.ts";

/** Where its figures come from. */
export interface StatusSources extends Pick<StatusAnswer, "version" | "startedAt" | "epoch" | "offset" | "health"> {
  readonly store: Pick<TelemetryStore, "stats">;
  readonly clock: Clock;
  readonly access: Access;
  readonly catalog: Catalog;
  readonly presence: Presence;
  readonly connections: Iterable<Connection>;
  readonly door: DoorCounts;
  readonly intake: Intake;
  readonly meters: Meters;
  readonly slow: SlowViewers;
  readonly budget: ViewersBudget;
  readonly settings: LiveSettings;
  readonly config: { readonly limits: Limits };
  /** Settings of the store that its figures run into. */
  readonly storeLimits?: Partial<StatusAnswer["limits"]>;
  readonly loopDelayMs: () => number;
}

/** Rejects with a `StoreError`. */
export async function statusOf(sources: StatusSources): Promise<StatusAnswer> {
  const { access, budget, catalog, clock, config, intake, meters, presence, settings, slow, storeLimits } = sources;
  const { series, undecidedBytesTotal } = config.limits;
  const { slowViewerBytes, viewersBytes } = settings;
  const { stored, rejected, rate, ackMs, commitMs } = meters;
  const stats = await sources.store.stats();
  let devices = 0;
  let viewers = 0;
  let frames = 0;
  for (const { side, undecidedFrames } of sources.connections) {
    frames += undecidedFrames;
    if (side === "device") devices++;
    else if (side === "viewer") viewers++;
  }
  return {
    version: sources.version,
    protocol: 1,
    startedAt: sources.startedAt,
    hubTime: clock.now(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    epoch: sources.epoch,
    offset: sources.offset,
    durability: "fsync",
    connections: { devices, viewers },
    door: { open: sources.door.open, refused: { ...sources.door.refused } },
    devices: presence.counts(catalog.deviceCount),
    series: catalog.seriesCount,
    readings: { stored, rejected, overwritten: stats.overwritten, perSecond: rate.read() },
    ackMs: ackMs.read(),
    fsyncMs: commitMs.read(),
    store: storeStatus(stats),
    loopDelayMs: { p99: sources.loopDelayMs() },
    slowViewers: slow.count,
    viewerBytes: budget.bytes,
    queue: { frames, bytes: Math.round(intake.bytes) },
    health: sources.health,
    access: access.open ? "open" : "token",
    limits: { series, undecidedBytesTotal, slowViewerBytes, viewersBytes, ...limitsNow(storeLimits, stats) },
  };
}
