/** The load generator, a process of its own: it does one order after the other, each with one reply. */
import { encodeStreams, type Shape, type Stream } from "./frames.ts";
import { Sender } from "./sender.ts";

/** What is to be sent; the same words give the same bytes to every system of one run. */
export interface Traffic {
  readonly shape: Shape;
  readonly devices: number;
  /** Frames at hand for each device. */
  readonly frames: number;
}

export type Order =
  /** Encode, connect, say hello. */
  | { readonly do: "open"; readonly port: number; readonly acks: boolean; readonly traffic: Traffic }
  /** Saturate: each device `window` frames ahead, for `forMs` or up to this `share` of its frames. */
  | { readonly do: "flood"; readonly forMs: number; readonly window: number; readonly share: number }
  /** One device, one frame at a time. */
  | { readonly do: "ping-pong"; readonly frames: number }
  /** All devices in turn, so many frames a second together, whatever the server does. */
  | { readonly do: "pace"; readonly frames: number; readonly perSecond: number }
  | { readonly do: "close" };

/** What came of an order. */
export interface Outcome {
  /** Frames sent and decided. */
  readonly frames: number;
  readonly ms: number;
  /** From sending a frame to its acknowledgement, ms. */
  readonly ackMs: { readonly p50: number; readonly p99: number };
  /** CPU that this process took, as a share of the time: near 1 the load was the limit. */
  readonly busy: number;
}

let encoded: { readonly key: string; readonly streams: readonly Stream[] } | undefined;
let senders: Sender[] = [];

function streamsOf({ shape, devices, frames }: Traffic): readonly Stream[] {
  const key = JSON.stringify([shape, devices, frames]);
  if (encoded?.key !== key) {
    encoded = undefined;
    encoded = { key, streams: encodeStreams(shape, devices, frames, "bench", Date.now()) };
  }
  return encoded.streams;
}

async function open(port: number, acks: boolean, traffic: Traffic): Promise<void> {
  const streams = streamsOf(traffic);
  senders = await Promise.all(
    streams.map((stream, index) => Sender.connect(port, `sensor-${String(index).padStart(2, "0")}`, stream, acks)),
  );
}

async function pace(frames: number, perSecond: number): Promise<void> {
  const began = performance.now();
  for (let sent = 0; sent < frames; ) {
    const due = Math.min(frames, Math.floor(((performance.now() - began) * perSecond) / 1_000) + 1);
    for (; sent < due; sent++) senders[sent % senders.length]?.send(1);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(senders.map((sender) => sender.settled()));
}

async function pingPong(frames: number): Promise<void> {
  const [sender] = senders;
  for (let sent = 0; sent < frames; sent++) {
    sender?.send(1);
    await sender?.settled();
  }
}

async function timed(work: () => Promise<unknown>): Promise<Outcome> {
  const before = senders.map((sender) => sender.decided);
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const latencies = senders.map((sender, index) => sender.latencies.subarray(before[index], sender.decided));
  const all = new Float64Array(latencies.reduce((sum, { length }) => sum + length, 0));
  latencies.reduce((at, each) => {
    all.set(each, at);
    return at + each.length;
  }, 0);
  all.sort();
  const quantile = (share: number): number => all[Math.min(all.length - 1, Math.floor(all.length * share))] ?? 0;
  return {
    frames: all.length,
    ms,
    ackMs: { p50: quantile(0.5), p99: quantile(0.99) },
    busy: (user + system) / 1_000 / ms,
  };
}

function obey(order: Order): Promise<Outcome> {
  switch (order.do) {
    case "open":
      return timed(() => open(order.port, order.acks, order.traffic));
    case "flood": {
      const until = performance.now() + order.forMs;
      return timed(() => Promise.all(senders.map((sender) => sender.flood(until, order.window, order.share))));
    }
    case "ping-pong":
      return timed(() => pingPong(order.frames));
    case "pace":
      return timed(() => pace(order.frames, order.perSecond));
    case "close":
      return timed(async () => {
        for (const sender of senders.splice(0)) sender.close();
      });
    default:
      return order satisfies never;
  }
}

// A failure ends this process: the experiment is void, and whoever gave the order sees it end.
process.on("message", (order: Order) => void obey(order).then((outcome) => process.send?.(outcome)));
