/**
 * `JSON.parse` behind `ws`. It counts what it parsed, so that a run can be checked, answers pings, and shows viewers what it
 * parsed: encoded once, the same bytes for all that watch everything; those that chose devices get their own of each frame.
 */
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { type Row, updateOf, updateOfRows } from "./update.ts";

interface Frame {
  readonly type: string;
  readonly readings?: readonly Row[];
  /** Of a subscription. */
  readonly devices?: readonly string[];
  readonly metrics?: readonly string[];
  readonly times?: readonly number[];
  readonly values?: Readonly<Record<string, readonly unknown[]>>;
}

let readings = 0;
const viewers = new Set<WebSocket>();
/** Those that chose, by device. */
const choosers = new Map<string, Set<WebSocket>>();

function show(rows: readonly Row[]): void {
  if (viewers.size > 0) {
    const update = Buffer.from(JSON.stringify(updateOfRows(rows)));
    for (const viewer of viewers) viewer.send(update, { binary: false });
  }
  if (choosers.size === 0) return;
  const rowsOf = new Map<WebSocket, Row[]>();
  for (const row of rows) {
    for (const viewer of choosers.get(row.device ?? "") ?? []) {
      const own = rowsOf.get(viewer);
      if (own) own.push(row);
      else rowsOf.set(viewer, [row]);
    }
  }
  for (const [viewer, own] of rowsOf) viewer.send(JSON.stringify(updateOfRows(own)));
}

function choose(devices: readonly string[], viewer: WebSocket): void {
  for (const device of devices) choosers.set(device, (choosers.get(device) ?? new Set()).add(viewer));
  viewer.on("close", () => {
    for (const device of devices) choosers.get(device)?.delete(viewer);
  });
}

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket) => {
  socket.on("message", (data) => {
    const frame = JSON.parse(String(data)) as Frame;
    if (frame.readings) {
      readings += frame.readings.length;
      show(frame.readings);
    } else if (frame.times && frame.values) {
      readings += frame.times.length * Object.keys(frame.values).length;
      if (viewers.size === 0) return;
      const update = Buffer.from(JSON.stringify(updateOf(frame.times, frame.values)));
      for (const viewer of viewers) viewer.send(update, { binary: false });
    } else if (frame.type === "subscribe") {
      if (frame.metrics && frame.devices) choose(frame.devices, socket);
      else {
        viewers.add(socket);
        socket.on("close", () => viewers.delete(socket));
      }
      socket.send(JSON.stringify({ ...frame, type: "ready" }));
    } else socket.send(JSON.stringify({ ...frame, type: frame.type === "hello" ? "welcome" : "pong" }));
  });
});
server.on("listening", () => process.send?.((server.address() as AddressInfo).port));
process.on("message", (order) => {
  if (order === "count") process.send?.(readings);
  else process.exit(0);
});
// Whoever started it is gone.
process.on("disconnect", () => process.exit(1));
