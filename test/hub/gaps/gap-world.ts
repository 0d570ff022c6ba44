/** The ledger of gaps by itself: a real store and catalog, commits made by hand, a clock that is turned. */
import { advanceLatest, Catalog, type Device, type Series } from "../../../server/hub/catalog.ts";
import type { PresenceEntry } from "../../../server/hub/devices/timeline.ts";
import { GapLedger } from "../../../server/hub/gaps/ledger.ts";
import { noteMasks } from "../../../server/hub/hidden.ts";
import { silentLog } from "../../../server/ports.ts";
import { ColumnsBuilder } from "../../../server/store/columns.ts";
import type { SetAside } from "../../../server/store/quarantine.ts";
import type { Refusal, TelemetryStore } from "../../../server/store/store.ts";
import { batchOf } from "../../store/world.ts";
import { FakeClock } from "../../support/fake-clock.ts";

export interface Past {
  /** Of the device, in order. */
  readonly timeline?: readonly PresenceEntry[];
  /** When no hub ran: from its end to the next start. */
  readonly down?: readonly (readonly [fromMs: number, toMs: number])[];
  /** When it refused all readings. */
  readonly refusing?: readonly (readonly [fromMs: number, toMs: number])[];
}

export class GapWorld {
  readonly clock = new FakeClock();
  readonly #make: () => TelemetryStore;
  readonly #past: Past;
  #heardCommit = 0;
  /** What is declared, ms, 0 for on event; undefined for nothing, and then nothing is learned either. */
  intervalMs: number | undefined = 10_000;
  store!: TelemetryStore;
  catalog!: Catalog;
  ledger!: GapLedger;

  constructor(make: () => TelemetryStore, past: Past = {}) {
    this.#make = make;
    this.#past = past;
  }

  async start(): Promise<void> {
    const { clock } = this;
    this.store = this.#make();
    const state = await this.store.open();
    this.catalog = new Catalog(state);
    this.#heardCommit = state.commit;
    const spans = (all: readonly (readonly [number, number])[] = []) => all.map(([fromMs, toMs]) => ({ fromMs, toMs }));
    const graceMs = () => (this.intervalMs ? 2.5 * this.intervalMs : Number.POSITIVE_INFINITY);
    this.ledger = new GapLedger({
      ...{ store: this.store, catalog: this.catalog, clock, log: silentLog },
      heardCommit: () => this.#heardCommit,
      presence: { graceMs, seriesInterval: () => this.intervalMs ?? null },
      timeline: async () => [...(this.#past.timeline ?? [])],
      hubPast: async () => ({ down: spans(this.#past.down), refusing: spans(this.#past.refusing) }),
    });
  }

  /** Ends without a word, as a kill does, or in good order. */
  async restart(kill: boolean): Promise<void> {
    if (kill) this.ledger.halt();
    else await this.ledger.stop();
    await this.store.close();
    await this.start();
  }

  device(): Device {
    return this.catalog.device("oven", 0);
  }

  series(metric: string): Series | undefined {
    return this.catalog.findDevice("oven")?.series.get(metric);
  }

  async commit(metric: string, times: readonly number[], refusals: readonly Refusal[] = []): Promise<void> {
    const hear = await this.append(metric, times, refusals);
    hear();
  }

  /** Readings that are on disk; the hub hears of it when it calls the answer. */
  async append(metric: string, times: readonly number[], refusals: readonly Refusal[] = []): Promise<() => void> {
    const known = this.series(metric);
    const series = known ?? this.catalog.addSeries(this.device(), metric, "number");
    const newSeries = known ? [] : [{ series: series.number, device: "oven", metric, type: "number" as const }];
    const columns = new ColumnsBuilder();
    for (const timeMs of times) columns.push(series.number, timeMs, timeMs);
    const { commit } = await this.store.append(batchOf({ newSeries, columns: columns.take(), refusals }));
    return () => {
      this.#heardCommit = commit;
      series.committed = true;
      for (const timeMs of times) {
        this.ledger.arrived(series, timeMs);
        advanceLatest(series, timeMs, timeMs, this.clock.now());
      }
    };
  }

  /** Writes all that is open, where the engine has such. */
  async sealAll(): Promise<void> {
    await (this.store as { sealAll?(): Promise<void> }).sealAll?.();
  }

  /** Readings are refused for their time, and wait. */
  async setAside(added: readonly SetAside[]): Promise<void> {
    const limits = { perDevice: 1_000, inAll: 1_000 };
    await this.store.append(batchOf({ quarantine: { added, decided: [], lost: [], limits } }));
  }

  async remove(metric: string, fromMs: number, toMs: number): Promise<void> {
    const series = this.series(metric);
    if (!series) return;
    const [done] = await this.store.deleteReadings([{ series: series.number, fromMs, toMs }]);
    if (done?.seriesRemoved) {
      this.catalog.removeSeries(series);
      return;
    }
    await this.#renew(series);
  }

  /** Hides a range. */
  async hide(metric: string, fromMs: number, toMs: number): Promise<void> {
    const series = this.series(metric);
    if (!series) return;
    await this.store.addMask({ series: series.number, fromMs, toMs, atMs: 0, note: "" });
    await this.#renew(series);
  }

  /** Shows again what the first mask of a series hid. */
  async show(metric: string): Promise<void> {
    const series = this.series(metric);
    if (!series) return;
    const [mask] = await this.store.masks([series.number]);
    if (mask) await this.store.removeMask(mask.id);
    await this.#renew(series);
  }

  /** Takes over what the store has of a series. */
  async #renew(series: Series): Promise<void> {
    noteMasks([series], await this.store.masks([series.number]));
    const [latest] = await this.store.latest([series.number]);
    series.latestTimeMs = latest?.timeMs ?? Number.NEGATIVE_INFINITY;
  }

  /** Gaps of a series by the ledger. */
  async kept(metric: string, fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY) {
    const series = this.series(metric);
    const [holes] = series ? await this.ledger.read([series], fromMs, toMs, 1_000_000) : [];
    return (holes?.fromMs ?? []).map((one, index) => [one, holes?.toMs[index], holes?.cause[index]] as const);
  }

  /** The same by its readings, without causes. */
  async told(metric: string): Promise<(readonly [number, number])[]> {
    const series = this.series(metric);
    if (!series || !this.intervalMs) return [];
    const everything = { series: series.number, fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
    const times: number[] = [];
    for (let fromMs: number | null = everything.fromMs; fromMs !== null; ) {
      const page = await this.store.readRaw({ ...everything, fromMs }, 10_000);
      times.push(...page.times);
      fromMs = page.nextFromMs;
    }
    return times
      .map((timeMs, index) => [times[index - 1] ?? timeMs, timeMs] as const)
      .filter(([before, timeMs]) => timeMs - before > 2.5 * (this.intervalMs as number));
  }
}
