/** The WebSocket as the tests reach it. */
import { WebSocket } from "ws";
import type { Transport } from "./client.ts";

export const websocketTransport: Transport = {
  name: "websocket",
  open(url, { onText, onClosed }, headers = {}) {
    const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws`, "telemetry.v1", { headers: { ...headers } });
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
