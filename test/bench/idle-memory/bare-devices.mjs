/** What anybody would write first for devices that stay connected: `ws`, and a map of their sockets. It keeps nothing of what they send. */
// @ts-check
import { WebSocketServer } from "ws";

/** @type {Map<string, import("ws").WebSocket>} */
const sockets = new Map();
const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket) => {
  let device = "";
  socket.on("message", (data) => {
    const message = JSON.parse(String(data));
    if (message.type === "hello") {
      device = message.device;
      sockets.set(device, socket);
      socket.send(JSON.stringify({ type: "welcome", device }));
    } else socket.send(JSON.stringify({ type: "ack", seq: message.seq }));
  });
  socket.on("close", () => sockets.delete(device));
  socket.on("error", () => {});
});
server.on("listening", () => process.send?.(server.address()));
process.on("message", (order) => {
  if (order === "stop") process.exit(0);
});
