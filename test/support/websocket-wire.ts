/** The WebSocket as the tests reach it. */
import type { LookupFunction } from "node:net";
import { type ClientOptions, WebSocket } from "ws";
import type { Transport } from "./client.ts";

export const websocketTransport: Transport = websocketWith({});

/** The same with options of one's own, such as whom to trust (`ca`). */
export function websocketWith(options: ClientOptions & { readonly lookup?: LookupFunction }): Transport {
  return {
    name: "websocket",
    open(url, { onText, onClosed }, headers = {}) {
      const address = `${url.replace(/^http/, "ws")}/ws`;
      const socket = new WebSocket(address, "telemetry.v1", { ...options, headers: { ...headers } });
      return new Promise((resolve, reject) => {
        socket.on("message", (data) => onText(String(data)));
        socket.on("close", (code, reason) => onClosed(code, String(reason)));
        socket.on("error", reject);
        socket.on("open", () =>
          resolve({
            send: (text) => socket.send(text),
            close: () => socket.close(1000),
            cut: () => socket.terminate(),
            pause: () => socket.pause(),
            resume: () => socket.resume(),
          }),
        );
      });
    },
  };
}
