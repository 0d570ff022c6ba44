import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { textFrameOf } from "../../server/transport/text-frame.ts";

describe("the frame of a text that many sockets get", () => {
  it.each([0, 2, 125, 126, 65_535, 65_536, 200_000])(
    "is read as that text by a client, between frames of ws: %d bytes",
    async (bytes) => {
      const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
      try {
        await once(server, "listening");
        const text = `é${"x".repeat(bytes)}`.slice(0, bytes === 0 ? 0 : bytes - 1);
        server.on("connection", (socket, request) => {
          socket.send("before");
          request.socket.write(textFrameOf(Buffer.from(text)));
          socket.send("after");
        });
        const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
        const told: string[] = [];
        client.on("message", (data) => {
          told.push(String(data));
          if (told.length === 3) client.close();
        });
        await once(client, "close");
        expect(told).toEqual(["before", text, "after"]);
      } finally {
        server.close();
      }
    },
  );

  it("is the same piece of memory for the same text, so that a thousand sockets share it", () => {
    const text = Buffer.from('{"type":"update"}');
    expect(textFrameOf(text)).toBe(textFrameOf(text));
    expect(textFrameOf(Buffer.from(text))).not.toBe(textFrameOf(text));
  });
});
