/** What Prometheus scrapes at `/metrics`: the figures of `status`, two histograms, and those of the process. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Access } from "../../hub/access/access.ts";
import { type LatencyCounts, latencyBoundsMs } from "../../hub/meters.ts";
import type { HealthAnswer, StatusAnswer } from "../../protocol/http.ts";

/** What metrics are made of. */
interface Figures {
  status(): Promise<StatusAnswer>;
  latencies(): { readonly ackMs: LatencyCounts; readonly commitMs: LatencyCounts };
  readonly uncleanStop: boolean;
  health(): HealthAnswer;
  ready(): HealthAnswer;
}

/** One figure of `status` under a name of its own. Sizes are bytes, times seconds, totals count since the start. */
interface Figure {
  readonly name: `hub_${string}`;
  readonly help: string;
  readonly read: (status: StatusAnswer) => number;
}

const totals: readonly Figure[] = [
  {
    name: "hub_readings_stored_total",
    help: "Readings committed to disk since the start.",
    read: ({ readings }) => readings.stored,
  },
  {
    name: "hub_readings_rejected_total",
    help: "Readings refused for good since the start.",
    read: ({ readings }) => readings.rejected,
  },
  {
    name: "hub_readings_overwritten_total",
    help: "Readings that a later arrival for the same millisecond took the place of, since the start.",
    read: ({ readings }) => readings.overwritten,
  },
];

const gauges: readonly Figure[] = [
  {
    name: "hub_start_time_seconds",
    help: "When the hub started, seconds since the epoch.",
    read: ({ startedAt }) => startedAt / 1_000,
  },
  { name: "hub_offset", help: "Number of the newest commit.", read: ({ offset }) => offset },
  { name: "hub_series", help: "Series known.", read: ({ series }) => series },
  {
    name: "hub_open_connections",
    help: "Connections of every kind, requests included.",
    read: ({ door }) => door.open,
  },
  { name: "hub_slow_viewers", help: "Viewers that are sent the newest readings only.", read: (one) => one.slowViewers },
  {
    name: "hub_viewer_bytes",
    help: "Bytes that viewers have not read yet, all together.",
    read: (one) => one.viewerBytes,
  },
  {
    name: "hub_queue_frames",
    help: "Frames of sockets that came and are neither on disk nor refused yet.",
    read: ({ queue }) => queue.frames,
  },
  {
    name: "hub_queue_bytes",
    help: "Bytes of sockets and requests that came and are neither on disk nor refused yet.",
    read: ({ queue }) => queue.bytes,
  },
  {
    name: "hub_loop_delay_seconds",
    help: "Delay of the event loop, 99th percentile of the last 5 to 10 s.",
    read: ({ loopDelayMs }) => loopDelayMs.p99 / 1_000,
  },
  {
    name: "hub_store_bytes",
    help: "Size of the database without its write-ahead log.",
    read: ({ store }) => store.bytes,
  },
  {
    name: "hub_store_wal_bytes",
    help: "Size of the database's write-ahead log.",
    read: ({ store }) => store.walBytes,
  },
  {
    name: "hub_store_journal_bytes",
    help: "Size of the journal that holds the newest readings uncompressed.",
    read: ({ store }) => store.journalBytes,
  },
  {
    name: "hub_store_head_bytes",
    help: "Memory that holds the newest readings of all series.",
    read: ({ store }) => store.headBytes,
  },
  {
    name: "hub_disk_free_bytes",
    help: "Free space where the database is.",
    read: ({ store }) => store.diskFreeBytes,
  },
];

/** Memory, processor time, event loop and garbage collection: of the process, however many hubs run in it. */
let processFigures: Registry | undefined;

function processRegistry(): Registry {
  if (processFigures) return processFigures;
  processFigures = new Registry();
  collectDefaultMetrics({ register: processFigures });
  return processFigures;
}

/** A histogram whose samples the hub counted itself: nothing is added to the way of a reading. */
class CountedHistogram extends Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #read: () => LatencyCounts;

  constructor(name: string, help: string, read: () => LatencyCounts) {
    super({ name, help, registers: [], buckets: latencyBoundsMs.map((ms) => ms / 1_000) });
    this.#name = name;
    this.#help = help;
    this.#read = read;
  }

  /** What the registry writes out. */
  async getForPromString() {
    const { counts, sumMs } = this.#read();
    let count = 0;
    const values = counts.map((within, place) => {
      count += within;
      const boundMs = latencyBoundsMs[place];
      const le = boundMs === undefined ? "+Inf" : boundMs / 1_000;
      return { metricName: `${this.#name}_bucket`, labels: { le }, value: count };
    });
    const sum = { metricName: `${this.#name}_sum`, labels: {}, value: sumMs / 1_000 };
    const total = { metricName: `${this.#name}_count`, labels: {}, value: count };
    return { name: this.#name, help: this.#help, type: "histogram", values: [...values, sum, total] };
  }
}

/** The metrics of one hub. */
export class Metrics {
  readonly #hub: Figures;
  readonly #registry = new Registry();
  readonly #update: ((status: StatusAnswer) => void)[] = [];

  constructor(hub: Figures, access: Pick<Access, "counts">) {
    this.#hub = hub;
    const registers = [this.#registry];
    const refused = new Counter({
      name: "hub_tokens_refused_total",
      help: "Tokens refused since the start: wrong ones, and those not looked at after too many wrong ones.",
      labelNames: ["reason"],
      registers,
    });
    this.#update.push(() => {
      refused.reset();
      refused.inc({ reason: "wrong" }, access.counts.wrong);
      refused.inc({ reason: "throttled" }, access.counts.turnedAway);
    });
    for (const { name, help, read } of totals) {
      const counter = new Counter({ name, help, registers });
      this.#update.push((status) => {
        counter.reset();
        counter.inc(read(status));
      });
    }
    for (const { name, help, read } of gauges) {
      const gauge = new Gauge({ name, help, registers });
      this.#update.push((status) => gauge.set(read(status)));
    }
    this.#byLabel("hub_info", "Version and database of the hub; always 1.", ["version", "epoch"], (gauge, status) =>
      gauge.set({ version: status.version, epoch: status.epoch }, 1),
    );
    this.#byLabel("hub_connections", "Open sockets.", ["side"], (gauge, { connections }) => {
      gauge.set({ side: "device" }, connections.devices);
      gauge.set({ side: "viewer" }, connections.viewers);
    });
    const turnedAway = new Counter({
      name: "hub_connections_refused_total",
      help: "Connections refused at the door since the start, by the limit that they were beyond.",
      labelNames: ["limit"],
      registers,
    });
    this.#update.push(({ door }) => {
      turnedAway.reset();
      for (const [limit, count] of Object.entries(door.refused)) turnedAway.inc({ limit }, count);
    });
    this.#byLabel("hub_devices", "Devices by their state.", ["state"], (gauge, { devices }) => {
      for (const [state, count] of Object.entries(devices)) gauge.set({ state }, count);
    });
    this.#switch(
      "hub_unclean_stop",
      "1 where the hub before this one did not end in good order.",
      () => hub.uncleanStop,
    );
    this.#switch("hub_degraded", "1 where something was lost or cannot be read while the hub goes on.", () => {
      return hub.health().status !== "ok";
    });
    this.#switch("hub_ready", "1 where the hub should be sent traffic now.", () => hub.ready().status === "ok");
    for (const [name, help, read] of [
      ["hub_ack_duration_seconds", "From the arrival of a frame to its acknowledgement.", () => hub.latencies().ackMs],
      ["hub_fsync_duration_seconds", "Group commits, their sync included.", () => hub.latencies().commitMs],
    ] as const) {
      this.#registry.registerMetric(new CountedHistogram(name, help, read));
    }
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in the text format of Prometheus. */
  async read(): Promise<string> {
    const status = await this.#hub.status();
    for (const update of this.#update) update(status);
    return `${await this.#registry.metrics()}${await processRegistry().metrics()}`;
  }

  #byLabel<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    set: (gauge: Gauge<Label>, status: StatusAnswer) => void,
  ): void {
    const gauge = new Gauge({ name, help, labelNames, registers: [this.#registry] });
    this.#update.push((status) => set(gauge, status));
  }

  #switch(name: string, help: string, read: () => boolean): void {
    const gauge = new Gauge({ name, help, registers: [this.#registry] });
    this.#update.push(() => gauge.set(read() ? 1 : 0));
  }
}
