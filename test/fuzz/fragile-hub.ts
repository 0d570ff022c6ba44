/** A hub of the tests that ends when a message speaks of zones: by it the fuzzer shows that it finds what it should. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

const server = createServer();
new WebSocketServer({ server }).on("connection", (socket) => {
  socket.on("error", () => {});
  socket.on("message", (data) => {
    const text = String(data);
    if (text.includes('"zones":[{')) throw new Error("zones");
    const [, id] = /^\{"type":"ping","id":(1\d{6})/.exec(text) ?? [];
    if (id !== undefined) socket.send(`{"type":"pong","id":${id}}`);
    const { seq = undefined } = text.includes('"seq"') ? looseJson(text) : {};
    if (seq !== undefined) socket.send(JSON.stringify({ type: "ack", seq }));
  });
});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ msg: "listening", url: `http://127.0.0.1:${port}` }));
});

function looseJson(text: string): { seq?: unknown } {
  try {
    return (JSON.parse(text) as { seq?: unknown } | null) ?? {};
  } catch {
    return {};
  }
}
