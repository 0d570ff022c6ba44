/** Devices that connect, say hello and then nothing. */
import type { Socket } from "node:net";
import { messageFrame, openWebSocket } from "../wire.ts";

/** Resolves once all are welcome, with what closes them. */
export async function connectIdle(port: number, count: number): Promise<() => void> {
  const sockets = await Promise.all(Array.from({ length: count }, (_, index) => connect(port, `idle-${index}`)));
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

async function connect(port: number, device: string): Promise<Socket> {
  let onText: (text: string) => void = () => {};
  const socket = await openWebSocket(port, (payload) => onText(String(payload)));
  await new Promise<void>((resolve, reject) => {
    onText = (text) => {
      if ((JSON.parse(text) as { type: string }).type === "welcome") resolve();
      else reject(new Error(`the server said ${text}`));
    };
    socket.on("close", () => reject(new Error("the server cut the connection")));
    socket.write(messageFrame({ type: "hello", device, reportInterval: 60_000 }));
  });
  return socket;
}
