/** `JSON.parse` behind `ws`. It counts what it parsed, so that a run can be checked, and answers pings. */
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

interface Frame {
  readonly type: string;
  readonly readings?: readonly unknown[];
  readonly times?: readonly unknown[];
  readonly values?: object;
}

let readings = 0;
const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket) => {
  socket.on("message", (data) => {
    const frame = JSON.parse(String(data)) as Frame;
    if (frame.readings) readings += frame.readings.length;
    else if (frame.times && frame.values) readings += frame.times.length * Object.keys(frame.values).length;
    else socket.send(JSON.stringify({ ...frame, type: frame.type === "hello" ? "welcome" : "pong" }));
  });
});
server.on("listening", () => process.send?.((server.address() as AddressInfo).port));
process.on("message", (order) => {
  if (order === "count") process.send?.(readings);
  else process.exit(0);
});
