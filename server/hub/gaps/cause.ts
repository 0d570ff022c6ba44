/** Why readings are missing: what is known of the time of a gap, and what of it explains most. */
import type { HoleCause } from "../../store/ledger.ts";
import type { Mask } from "../../store/masks.ts";
import type { TelemetryStore } from "../../store/store.ts";
import type { Device, Series } from "../catalog.ts";
import type { HubPast } from "../devices/refusing.ts";
import type { PresenceEntry } from "../devices/timeline.ts";
import { cutAt, keptCause, mayBeCut, returnMs, type Stretch } from "./parts.ts";

export type { Stretch } from "./parts.ts";

export interface CauseDeps {
  readonly store: Pick<TelemetryStore, "masks" | "quarantine" | "refusals">;
  /** What is known of a device from `fromMs` on, until `toMs`, in order. */
  readonly timeline: (device: Device, fromMs: number, toMs: number) => Promise<PresenceEntry[]>;
  readonly hubPast: () => Promise<HubPast>;
}

/** What is shorter than this part of a gap explains it only where it covers half of what is beyond the grace. */
const leastShare = 0.1;

/** Of a device's readings that wait for a decision the newest count. */
const mostWaiting = 1_000;

export interface Caused {
  readonly cause: HoleCause;
}

/** What is known of a device, and when no hub was there for it. */
interface DevicePast {
  readonly there: readonly Stretch[];
  /** Offline while a hub was there: a gap with many parts asks for it as often. */
  readonly offline: readonly Stretch[];
  readonly hubDown: readonly Stretch[];
  /** When the hub refused what anybody sent, and the device was neither offline nor silent. */
  readonly refusing: readonly Stretch[];
}

/** What was refused, and of which metrics it may have been. */
interface Refused {
  readonly atMs: number;
  readonly of: (metric: string) => boolean;
}

/** Asked about many gaps at once; what it has read of a device it keeps, so make one for each occasion. */
export class Causes {
  readonly #deps: CauseDeps;
  #hub: Promise<HubPast> | undefined;
  readonly #masks = new Map<number, readonly Mask[]>();
  readonly #pasts = new Map<Device, Promise<DevicePast>>();
  readonly #refusals = new Map<Device, Promise<Refused[]>>();

  constructor(deps: CauseDeps) {
    this.#deps = deps;
  }

  /** Gaps of these series will be asked about: their masks are read with one question. */
  async expect(series: readonly Series[]): Promise<void> {
    const numbers = series.map(({ number }) => number).filter((number) => !this.#masks.has(number));
    if (numbers.length === 0) return;
    const found = new Map<number, Mask[]>(numbers.map((number) => [number, []]));
    for (const mask of await this.#deps.store.masks(numbers)) found.get(mask.series)?.push(mask);
    for (const [number, masks] of found) this.#masks.set(number, masks);
  }

  /** The cause of a gap of a series, of which `graceMs` is no silence yet. Rejects with a `StoreError`. */
  async of(series: Series, gap: Stretch, graceMs: number): Promise<HoleCause> {
    const { device, metric } = series;
    const [{ there, offline, hubDown, refusing }, masks] = await Promise.all([
      this.#pastOf(device),
      this.#masks.get(series.number) ?? this.#deps.store.masks([series.number]),
    ]);
    const hubMs = explains(gap, graceMs, hubDown);
    const offlineMs = explains(gap, graceMs, offline);
    const maskedMs = explains(gap, graceMs, masks);
    // What a device or a metric keeps back by itself is seldom told apart from it: it has to cover half.
    const refusedMs = overlapMs(gap, refusing);
    const refusingMs = 2 * refusedMs >= gap.toMs - gap.fromMs - graceMs ? refusedMs : 0;
    if (Math.max(hubMs, offlineMs, maskedMs, refusingMs) < (gap.toMs - gap.fromMs) / 2) {
      const refused = await this.#refusedOf(device);
      if (refused.some(({ atMs, of }) => atMs > gap.fromMs && atMs <= gap.toMs && of(metric))) return "refused";
    }
    if (maskedMs > 0 && maskedMs >= Math.max(hubMs, offlineMs, refusingMs)) return "masked";
    if (hubMs > 0 && hubMs >= Math.max(offlineMs, refusingMs)) return "hub_down";
    if (offlineMs > 0 && offlineMs >= refusingMs) return "offline";
    if (refusingMs > 0) return "refused";
    return overlapMs(gap, there) >= (gap.toMs - gap.fromMs) / 2 ? "silent" : "unknown";
  }

  /**
   * What a gap is told as: cut where no hub ran for longer than the grace and more than that lies beside it, so that each part
   * has its own cause. `cause`: what was found for the whole of it when more was known.
   */
  async parts(series: Series, gap: Stretch, graceMs: number, cause?: HoleCause): Promise<(Stretch & Caused)[]> {
    const whole = async () => [{ ...gap, cause: cause ?? (await this.of(series, gap, graceMs)) }];
    if (!mayBeCut(gap, (await this.#hubPast()).down, graceMs)) return whole();
    const { hubDown } = await this.#pastOf(series.device);
    const cut = cutAt(gap, hubDown, graceMs);
    if (cut.length === 1) return whole();
    await this.expect([series]);
    const parts: (Stretch & Caused)[] = [];
    for (const part of cut) {
      const found = await this.of(series, part, graceMs);
      const known =
        cause === undefined || cause === "hub_down"
          ? found
          : await this.kept(found, { ...gap, cause }, series, graceMs);
      const last = parts.at(-1);
      if (last?.cause === known) parts[parts.length - 1] = { ...last, toMs: part.toMs };
      else parts.push({ ...part, cause: known });
    }
    return parts;
  }

  /** The cause of a part of a gap that was kept as `whole`: what is `found` of it, or where nobody knows any more the one that was kept. */
  async kept(found: HoleCause, whole: Stretch & Caused, series: Series, graceMs: number): Promise<HoleCause> {
    const { cause } = whole;
    if (keptCause(found, cause) === found) return found;
    // Refusals of single readings are forgotten before whether the device was there; of what is known still, the part is judged by itself.
    const isKnown = found === "silent" && cause === (await this.of(series, whole, graceMs));
    return isKnown ? found : cause;
  }

  #pastOf(device: Device): Promise<DevicePast> {
    const known = this.#pasts.get(device);
    if (known) return known;
    const asked = this.#askPast(device);
    this.#pasts.set(device, asked);
    return asked;
  }

  async #askPast(device: Device): Promise<DevicePast> {
    const [entries, { down, refusing }] = await Promise.all([
      this.#deps.timeline(device, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
      this.#hubPast(),
    ]);
    const away = stretchesAway(entries);
    // What a hub knew of its devices that refused to its end is lost, and the next one calls all of them away.
    const known = away.filter(({ reason }) => reason !== "hub_restart");
    const awayIn = ({ toMs }: Stretch) => (down.some(({ fromMs }) => fromMs === toMs) ? known : away);
    const silent = stretchesSilent(entries);
    const refused = refusing.flatMap((one) => without([one], [...awayIn(one), ...silent, ...down]));
    const hubDown = without(
      down.map((one) => untilBack(one, away)),
      refused,
    );
    return {
      there: stretchesThere(entries),
      offline: without(away, [...hubDown, ...refused]),
      hubDown,
      refusing: refused,
    };
  }

  #refusedOf(device: Device): Promise<Refused[]> {
    const known = this.#refusals.get(device);
    if (known) return known;
    const asked = this.#askRefused(device.id);
    this.#refusals.set(device, asked);
    return asked;
  }

  /** The last 100 that were refused, and those that wait for a decision on their time. */
  async #askRefused(device: string): Promise<Refused[]> {
    const { store } = this.#deps;
    const [refusals, waiting] = await Promise.all([
      store.refusals(device),
      store.quarantine.list(device, Number.MAX_SAFE_INTEGER, mostWaiting),
    ]);
    return [
      ...refusals.map(({ atMs, row }) => ({ atMs, of: (metric: string) => row.includes(JSON.stringify(metric)) })),
      ...waiting.rows.map(({ atMs, metric: one }) => ({ atMs, of: (metric: string) => one === metric })),
    ];
  }

  #hubPast(): Promise<HubPast> {
    this.#hub ??= this.#deps.hubPast();
    return this.#hub;
  }
}

interface Away extends Stretch {
  readonly reason: PresenceEntry["reason"];
}

/** When a device was offline; the last stretch has no end where it still is. */
function stretchesAway(entries: readonly PresenceEntry[]): Away[] {
  return entries.flatMap(({ atMs, state, reason }, index) =>
    state === "offline" ? { fromMs: atMs, toMs: entries[index + 1]?.atMs ?? Number.POSITIVE_INFINITY, reason } : [],
  );
}

/** When a device was connected and sent nothing. */
function stretchesSilent(entries: readonly PresenceEntry[]): Stretch[] {
  return entries.flatMap(({ atMs, state }, index) =>
    state === "silent" ? { fromMs: atMs, toMs: entries[index + 1]?.atMs ?? Number.POSITIVE_INFINITY } : [],
  );
}

/** When a device was there, as far as anybody knows. */
function stretchesThere(entries: readonly PresenceEntry[]): Stretch[] {
  return entries.flatMap(({ atMs, state }, index) =>
    state === "offline" ? [] : { fromMs: atMs, toMs: entries[index + 1]?.atMs ?? Number.POSITIVE_INFINITY },
  );
}

/** A time without a hub, and what a device took to come back after it, if that was not long. */
function untilBack(down: Stretch, away: readonly Away[]): Stretch {
  const back = away.find(
    ({ reason, fromMs, toMs }) => reason === "hub_restart" && fromMs <= down.toMs && toMs > down.toMs,
  );
  return back && back.toMs <= down.toMs + returnMs ? { fromMs: down.fromMs, toMs: back.toMs } : down;
}

/** How much of a gap these stretches cover, ms; 0 where it is too little to be its reason. */
function explains({ fromMs, toMs }: Stretch, graceMs: number, stretches: readonly Stretch[]): number {
  const coveredMs = overlapMs({ fromMs, toMs }, stretches);
  const least = Math.min(leastShare * (toMs - fromMs), Math.max(1, (toMs - fromMs - graceMs) / 2));
  return coveredMs >= least ? coveredMs : 0;
}

function overlapMs({ fromMs, toMs }: Stretch, stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, one) => sum + Math.max(0, Math.min(toMs, one.toMs) - Math.max(fromMs, one.fromMs)), 0);
}

/** What of these stretches lies in none of the others. */
function without(stretches: readonly Stretch[], others: readonly Stretch[]): Stretch[] {
  let left: readonly Stretch[] = stretches;
  for (const other of others) {
    left = left.flatMap(({ fromMs, toMs }) => [
      ...(fromMs < other.fromMs ? [{ fromMs, toMs: Math.min(toMs, other.fromMs) }] : []),
      ...(toMs > other.toMs ? [{ fromMs: Math.max(fromMs, other.toMs), toMs }] : []),
    ]);
  }
  return [...left];
}
