/**
 * A bare `ws` server that also serves a page with uPlot and nothing else, and one with the newest values. Whoever subscribes is sent all frames so far and then
 * each that comes, as the hub's `update`, encoded once.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type WebSocket, WebSocketServer } from "ws";
import { updateOf } from "./update.ts";

interface Frame {
  readonly type: string;
  readonly times?: readonly number[];
  readonly values?: Readonly<Record<string, readonly unknown[]>>;
}

const fromUplot = (name: string): Buffer => readFileSync(fileURLToPath(import.meta.resolve(`uplot/dist/${name}`)));
const files: Readonly<Record<string, readonly [type: string, content: Buffer]>> = {
  "/": ["text/html; charset=utf-8", readFileSync(new URL("../dashboard/bare-page.html", import.meta.url))],
  "/fleet": ["text/html; charset=utf-8", readFileSync(new URL("../dashboard/bare-fleet.html", import.meta.url))],
  "/uPlot.js": ["text/javascript", fromUplot("uPlot.iife.min.js")],
  "/uPlot.css": ["text/css", fromUplot("uPlot.min.css")],
};
const http = createServer((request, response) => {
  const [type, content] = files[request.url ?? ""] ?? [];
  if (type === undefined) response.writeHead(404).end();
  else response.writeHead(200, { "Content-Type": type }).end(content);
});

let readings = 0;
const told: Buffer[] = [];
const viewers = new Set<WebSocket>();
new WebSocketServer({ server: http }).on("connection", (socket) => {
  socket.on("message", (data) => {
    const frame = JSON.parse(String(data)) as Frame;
    if (frame.times && frame.values) {
      readings += frame.times.length * Object.keys(frame.values).length;
      const update = Buffer.from(JSON.stringify(updateOf(frame.times, frame.values)));
      told.push(update);
      for (const viewer of viewers) viewer.send(update, { binary: false });
    } else if (frame.type === "subscribe") {
      for (const update of told) socket.send(update, { binary: false });
      viewers.add(socket);
      socket.on("close", () => viewers.delete(socket));
    } else socket.send(JSON.stringify({ ...frame, type: frame.type === "hello" ? "welcome" : "pong" }));
  });
});
http.listen(0, "127.0.0.1", () => process.send?.((http.address() as AddressInfo).port));
process.on("message", (order) => {
  if (order === "count") process.send?.(readings);
  else process.exit(0);
});
// Whoever started it is gone.
process.on("disconnect", () => process.exit(1));
