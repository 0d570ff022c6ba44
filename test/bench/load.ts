/** The load generator, a process of its own: it does one order after the other, each with one reply. */
import { deviceName, encodeStreams, type Stream } from "./frames.ts";
import { latenciesOf } from "./latencies.ts";
import type { Order, Outcome, Traffic } from "./orders.ts";
import { Sender } from "./sender.ts";
import { chosen, everything, some } from "./shown.ts";
import { Spectator } from "./spectator.ts";
import type { Route } from "./systems/system.ts";
import { Viewers } from "./viewers.ts";

/** Streams of the present shape, by route: systems of a round take turns. */
const encoded = new Map<string, readonly Stream[]>();
let encodedFor = "";
let senders: Sender[] = [];
let viewers: Viewers | undefined;
let spectator: Spectator | undefined;

function streamsOf(traffic: Traffic, route: Route): readonly Stream[] {
  const trafficKey = JSON.stringify(traffic);
  if (encodedFor !== trafficKey) encoded.clear();
  encodedFor = trafficKey;
  const key = route.over === "websocket" ? route.over : JSON.stringify(route);
  const known = encoded.get(key);
  if (known) return known;
  const streams = encodeStreams(traffic.shape, route, traffic.devices, traffic.frames, "bench", Date.now());
  encoded.set(key, streams);
  return streams;
}

async function open(port: number, route: Route, traffic: Traffic): Promise<void> {
  const streams = streamsOf(traffic, route);
  senders = await Promise.all(streams.map((stream, index) => Sender.connect(route, port, deviceName(index), stream)));
}

async function watch({ port, viewers: count, shape, seriesEach }: Extract<Order, { do: "watch" }>): Promise<void> {
  const device = deviceName(0);
  const shown = Array.from({ length: count }, (_, viewer) =>
    seriesEach === undefined
      ? everything(device, shape)
      : some(device, chosen(seriesEach, shape.metrics, `bench/viewer ${viewer}`), shape),
  );
  viewers = await Viewers.open(port, firstSender(), shown);
}

function unwatch(): void {
  viewers?.close();
  viewers = undefined;
  spectator?.close();
  spectator = undefined;
}

function firstSender(): Sender {
  const [sender] = senders;
  if (!sender) throw new Error("no device is connected");
  return sender;
}

function watchers(): Viewers {
  if (!viewers) throw new Error("nobody watches");
  return viewers;
}

/** Calls `send` for frame 0 and on, so many a second. */
async function pace(frames: number, perSecond: number, send: (frame: number) => void): Promise<void> {
  const began = performance.now();
  for (let sent = 0; sent < frames; ) {
    const due = Math.min(frames, Math.floor(((performance.now() - began) * perSecond) / 1_000) + 1);
    for (; sent < due; sent++) send(sent);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function pingPong(frames: number): Promise<void> {
  const sender = firstSender();
  for (let sent = 0; sent < frames; sent++) {
    sender.send(1);
    await sender.settled();
  }
}

/** How far all is, to tell later what came since. */
function hereAndNow() {
  return {
    decided: senders.map((sender) => sender.decided),
    complete: viewers?.complete ?? 0,
    spectated: spectator?.latencies.length ?? 0,
    cpu: process.cpuUsage(),
    ms: performance.now(),
  };
}
let marked = hereAndNow();

/** Runs an order and tells what came of it, or of all since `from`, by what the senders were told or by what the viewers saw. */
async function timed(
  work: () => Promise<unknown>,
  measured: "senders" | "viewers" = "senders",
  from = hereAndNow(),
): Promise<Outcome> {
  await work();
  const ms = performance.now() - from.ms;
  const { user, system } = process.cpuUsage(from.cpu);
  const [seen, updates, shown] = [viewers?.takeLatencies(), viewers?.takeUpdates() ?? 0, viewers?.takeReadings() ?? 0];
  const decided = senders.reduce((sum, sender, index) => sum + sender.decided - (from.decided[index] ?? 0), 0);
  const latencies = measured === "viewers" ? (seen ?? new Float64Array()) : ackLatencies(from.decided, decided);
  const latencyMs = latenciesOf(latencies);
  return {
    frames: measured === "viewers" ? (viewers?.complete ?? 0) - from.complete : decided,
    ms,
    latencyMs,
    ...(spectator && { seenMs: latenciesOf(spectator.latencies.slice(from.spectated)) }),
    updates,
    shown,
    busy: (user + system) / 1_000 / ms,
  };
}

function ackLatencies(from: readonly number[], length: number): Float64Array {
  const all = new Float64Array(length);
  let at = 0;
  senders.forEach((sender, index) => {
    const each = sender.latencies.subarray(from[index], sender.decided);
    all.set(each, at);
    at += each.length;
  });
  return all;
}

function obey(order: Order): Promise<Outcome> {
  switch (order.do) {
    case "open":
      return timed(() => open(order.port, order.route, order.traffic));
    case "watch":
      return timed(() => watch(order));
    case "watch all":
      spectator = new Spectator(senders, order.readings);
      return timed(() => spectator?.open(order.port) ?? Promise.resolve());
    case "flood": {
      const until = performance.now() + order.forMs;
      return timed(() => Promise.all(senders.map((sender) => sender.flood(until, order.window, order.share))));
    }
    case "flood viewers": {
      const until = performance.now() + order.forMs;
      return timed(() => watchers().flood(until, order.window, order.share), "viewers");
    }
    case "ping-pong":
      return timed(async () => {
        await pingPong(order.frames);
        await spectator?.settled();
      });
    case "pace":
      return timed(async () => {
        await pace(order.frames, order.perSecond, (frame) => senders[frame % senders.length]?.send(1));
        await Promise.all(senders.map((sender) => sender.settled()));
        await spectator?.settled();
      });
    case "pace viewers":
      return timed(async () => {
        await pace(order.frames, order.perSecond, () => watchers().send(1));
        await watchers().settled();
      }, "viewers");
    case "mark":
      marked = hereAndNow();
      return timed(async () => {});
    case "sum up":
      return timed(async () => {}, "senders", marked);
    case "unwatch":
      return timed(async () => unwatch());
    case "close":
      return timed(async () => {
        unwatch();
        for (const sender of senders.splice(0)) sender.close();
      });
    default:
      return order satisfies never;
  }
}

// A failure ends this process: the experiment is void, and whoever gave the order sees it end.
process.on("message", (order: Order) => void obey(order).then((outcome) => process.send?.(outcome)));
// Whoever gives the orders is gone.
process.on("disconnect", () => process.exit(1));
