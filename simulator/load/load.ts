/** `npm run simulate -- --load`: connects, sends for a while, waits for what is on its way, and tells. */
import * as http from "node:http";
import * as https from "node:https";
import type { SocketConstructor } from "../link.ts";
import { Frames, pastFrom } from "./frames.ts";
import { Generator } from "./generator.ts";
import { HttpSender } from "./http-sender.ts";
import type { LoadOptions } from "./options.ts";
import { type LoadReport, liveLine, reportOf } from "./report.ts";
import type { Sender, SenderOptions } from "./sender.ts";
import { SocketSender } from "./socket-sender.ts";
import { Tally } from "./tally.ts";
import { until } from "./waiting.ts";

/** Connections have so long to come about, ms; what is not there by then is counted as held back. */
const connectingMs = 30_000;
/** Where none came about by then, ms, and each attempt failed, nothing is there. */
const hopelessMs = 3_000;
/** What is on its way at the end has so long to be decided, ms. */
const drainMs = 10_000;
/** A device that needs more ms in a second than this has no room to spare: its times would run ahead of the clock. */
const timesPerSecond = 500;

export interface LoadPorts {
  readonly WebSocket: SocketConstructor;
  /** A line about how it goes, once a second. */
  readonly onLine: (line: string) => void;
  /** Once: the person wants an end, and the figures so far. */
  readonly stopped: AbortSignal;
}

/** Rejects where nothing could be connected. */
export async function runLoad(options: LoadOptions, { WebSocket, onLine, stopped }: LoadPorts): Promise<LoadReport> {
  const { connections, rate, frame } = options;
  const tally = new Tally();
  const cpu = process.cpuUsage();
  const senders = makeSenders(options, tally, WebSocket, (sender) => generator.ready(sender));
  const framesPerSecond = rate === "max" ? undefined : rate / frame;
  const generator = new Generator(senders, { framesPerSecond, tally });
  const wallMs = performance.now();
  generator.connect();
  const isHopeless = () =>
    tally.turnedAway !== undefined || (tally.trouble !== undefined && performance.now() - wallMs > hopelessMs);
  await until(
    () => generator.opened === connections || (generator.opened === 0 && isHopeless()),
    ...([connectingMs, stopped] as const),
  );
  if (generator.opened === 0) {
    generator.end();
    for (const sender of senders) sender.close();
    throw new Error(tally.trouble ?? "nothing answers");
  }
  const begunMs = performance.now();
  const connected = generator.opened;
  generator.begin();
  let before = 0;
  const lines = setInterval(() => {
    onLine(liveLine(tally, generator.opened, connections, tally.acknowledged - before));
    before = tally.acknowledged;
  }, 1_000);
  await until(() => tally.turnedAway !== undefined, options.duration, stopped);
  generator.end();
  await until(() => generator.pending === 0, drainMs, undefined);
  clearInterval(lines);
  const endMs = performance.now();
  for (const sender of senders) sender.close();
  const { user, system } = process.cpuUsage(cpu);
  const ownCores = (user + system) / 1_000 / (endMs - wallMs);
  return reportOf(options, tally, { connected, seconds: (endMs - begunMs) / 1_000, ownCores });
}

function makeSenders(
  options: LoadOptions,
  tally: Tally,
  WebSocket: SocketConstructor,
  onReady: (sender: Sender) => void,
): Sender[] {
  const { prefix, connections, rate, frame: frameReadings, form, metrics, window, token } = options;
  // Each frame begins a ms of its own, and its metrics share each.
  const crowded =
    rate === "max" || (rate / connections / frameReadings) * (1 + frameReadings / metrics) > timesPerSecond;
  const fromMs = crowded ? pastFrom(Date.now()) : undefined;
  const post = new URL("/api/v1/readings", options.url.replace(/^ws/, "http"));
  const module = post.protocol === "https:" ? https : http;
  const agent = new module.Agent({ keepAlive: true, maxSockets: connections });
  return Array.from({ length: connections }, (_, index) => {
    const device = `${prefix}/${index + 1}`;
    const frames = new Frames({ device, form, frameReadings, metrics, fromMs });
    const url = form === "http" ? post.href : options.url;
    const one: SenderOptions = { url, device, token, frames, frameReadings, window, tally, onReady };
    return form === "http" ? new HttpSender(one, { request: module.request, agent }) : new SocketSender(one, WebSocket);
  });
}
