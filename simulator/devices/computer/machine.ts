/** What the machine is asked: by Node where Node tells it without starting a program, by systeminformation otherwise. */
import { statfs } from "node:fs/promises";
import { arch, cpus, hostname, loadavg, platform, type, uptime } from "node:os";
import { cpuTemperature, fsStats, mem, networkStats } from "systeminformation";

/** Counters that only grow, of `from`: another one's cannot be compared with them. */
export interface Counters {
  readonly from: string;
  readonly counts: readonly number[];
}

/** What a process has used: the hub answers it to the process beside it. */
export interface Usage {
  readonly cpuMs: number;
  readonly residentBytes: number;
  readonly uptimeMs: number;
}

/** Figures as they come; what makes no sense is sorted out by who asks. An answer may never come. */
export interface Machine {
  hostname(): string;
  /** Such as `Linux` and `x64`. */
  readonly labels: { readonly system: string; readonly processor: string };
  /** ms, never set back. */
  monotonic(): number;
  /** ms of all processors together since the machine's start: at work, and idle. */
  processors(): Counters;
  /** Processes that run or wait to, on average of the last minute; undefined where the system does not count them. */
  load(): number | undefined;
  /** `taken`: bytes that programs could not get without others giving some up. */
  memory(): Promise<{ readonly total: number; readonly taken: number }>;
  /** Bytes of the file system of the working folder; `available`: to a user who is not root. */
  disk(): Promise<{ readonly used: number; readonly available: number }>;
  /** Bytes read from and written to the disks with file systems. */
  diskTraffic(): Promise<Counters | undefined>;
  /** Bytes received and sent by the network that leads outside. */
  networkTraffic(): Promise<Counters | undefined>;
  /** Of the processor, °C. */
  temperature(): Promise<number | undefined>;
  uptimeMs(): number;
}

/** Younger answers than this are repeated by the library, ms. */
const repeatedMs = 500;

/**
 * The library answers its last figures again until the clock of the wall is past them, so also for an hour after that was set
 * back by one: a rate of 0 would come of it. Until then nothing is known.
 */
function fresh<Answer>(ask: () => Promise<Answer>): () => Promise<Answer | undefined> {
  let latest = Number.NEGATIVE_INFINITY;
  return async () => {
    if (Date.now() - latest < repeatedMs) return undefined;
    const answer = await ask();
    latest = Date.now();
    return answer;
  };
}

const askDisks = fresh(fsStats);
const askNetwork = fresh(() => networkStats());

export const thisMachine: Machine = {
  hostname,
  labels: { system: type(), processor: arch() },
  monotonic: () => performance.now(),
  processors() {
    let [busy, idle] = [0, 0];
    for (const { times } of cpus()) {
      busy += times.user + times.nice + times.sys + times.irq;
      idle += times.idle;
    }
    return { from: "processors", counts: [busy, idle] };
  },
  load: () => (platform() === "win32" ? undefined : loadavg()[0]),
  async memory() {
    const { total, active } = await mem();
    return { total, taken: active };
  },
  async disk() {
    const { bsize, blocks, bfree, bavail } = await statfs(".");
    return { used: (blocks - bfree) * bsize, available: bavail * bsize };
  },
  async diskTraffic() {
    const answer = await askDisks();
    return answer ? { from: "disks", counts: [answer.rx, answer.wx] } : undefined;
  },
  async networkTraffic() {
    const [first] = (await askNetwork()) ?? [];
    return first ? { from: first.iface, counts: [first.rx_bytes, first.tx_bytes] } : undefined;
  },
  temperature: async () => (await cpuTemperature()).main ?? undefined,
  uptimeMs: () => uptime() * 1_000,
};
