/**
 * `JSON.parse` behind `ws`. It counts what it parsed, so that a run can be checked, answers pings, and shows viewers what it
 * parsed: encoded once, the same bytes for all.
 */
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { updateOf } from "./update.ts";

interface Frame {
  readonly type: string;
  readonly readings?: readonly unknown[];
  readonly times?: readonly number[];
  readonly values?: Readonly<Record<string, readonly unknown[]>>;
}

let readings = 0;
const viewers = new Set<WebSocket>();
const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket) => {
  socket.on("message", (data) => {
    const frame = JSON.parse(String(data)) as Frame;
    if (frame.readings) readings += frame.readings.length;
    else if (frame.times && frame.values) {
      readings += frame.times.length * Object.keys(frame.values).length;
      if (viewers.size === 0) return;
      const update = Buffer.from(JSON.stringify(updateOf(frame.times, frame.values)));
      for (const viewer of viewers) viewer.send(update, { binary: false });
    } else if (frame.type === "subscribe") {
      viewers.add(socket);
      socket.on("close", () => viewers.delete(socket));
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
