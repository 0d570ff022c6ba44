/** How one device of the load is connected, by route: bytes go out, and what was decided comes back. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Route } from "./systems/system.ts";
import { messageFrame, openWebSocket } from "./wire.ts";

export interface Connection {
  /** Sends the bytes of frames that end with frame number `upTo`, from 1. */
  send(bytes: Buffer, upTo: number): void;
  /** Resolves once the server has read everything, where nothing else tells so. */
  flushed(): Promise<void>;
  close(): void;
}

/** Connects a device, and says hello where the route has one. `onDecided` hears up to which frame all are decided. */
export function openConnection(
  route: Route,
  port: number,
  device: string,
  onDecided: (upTo: number) => void,
): Promise<Connection> {
  return route.over === "websocket" ? overWebSocket(route.acks, port, device, onDecided) : overHttp(port, onDecided);
}

/** What a server may say; others are failures of the experiment. */
type Answer =
  | { readonly type: "welcome" }
  | { readonly type: "ack"; readonly seq: number; readonly rejectedCount?: number; readonly rejected?: unknown }
  | { readonly type: "pong"; readonly id: number };

async function overWebSocket(
  acks: boolean,
  port: number,
  device: string,
  onDecided: (upTo: number) => void,
): Promise<Connection> {
  let onAnswer: (type: Answer["type"]) => void = () => {};
  const socket = await openWebSocket(port, (payload) => {
    const text = payload.toString();
    const answer = JSON.parse(text) as Answer;
    if (answer.type === "ack") {
      if (answer.rejected || answer.rejectedCount) throw new Error(`the server refused readings: ${text}`);
      onDecided(answer.seq);
    } else if (answer.type === "welcome" || answer.type === "pong") onAnswer(answer.type);
    else throw new Error(`the server said ${text}`);
  });
  const ask = (message: object, wanted: Answer["type"]): Promise<void> =>
    new Promise((resolve) => {
      onAnswer = (type) => {
        if (type === wanted) resolve();
      };
      socket.write(messageFrame(message));
    });
  await ask({ type: "hello", device, session: "bench", reportInterval: 1_000 }, "welcome");
  return {
    send(bytes, upTo) {
      // Without acks all that is known is what the network took, and a pong says that all was read.
      socket.write(bytes, () => {
        if (!acks) onDecided(upTo);
      });
    },
    flushed: () => (acks ? Promise.resolve() : ask({ type: "ping", id: 1, time: 0 }, "pong")),
    close: () => void socket.destroy(),
  };
}

/** Requests go out one behind the other without waiting, as frames do (pipelining, RFC 9112, 9.3.2): few clients are as quick. */
async function overHttp(port: number, onDecided: (upTo: number) => void): Promise<Connection> {
  const socket: Socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await once(socket, "connect");
  let decided = 0;
  let unread = "";
  socket.on("data", (bytes: Buffer) => {
    unread += bytes.toString("latin1");
    const before = decided;
    let from = 0;
    for (let end = answerEnd(unread, from); end !== undefined; end = answerEnd(unread, from)) {
      from = end;
      decided += 1;
    }
    unread = unread.slice(from);
    if (decided > before) onDecided(decided);
  });
  socket.on("close", () => {
    throw new Error("the server cut the connection");
  });
  return {
    send: (bytes) => void socket.write(bytes),
    flushed: () => Promise.resolve(),
    close: () => void socket.removeAllListeners("close").destroy(),
  };
}

/** Where the answer that begins at `from` ends; undefined where it is not all there. Throws where it is not a success. */
export function answerEnd(text: string, from: number): number | undefined {
  const headEnd = text.indexOf("\r\n\r\n", from);
  if (headEnd < 0) return undefined;
  const status = Number(text.slice(from + 9, from + 12));
  if (!(status >= 200 && status < 300)) throw new Error(`the server answered ${text.slice(from, from + 1_000)}`);
  const bodyAt = headEnd + 4;
  if (status === 204) return bodyAt;
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(text.slice(from, bodyAt)) ?? [];
  if (length === undefined) throw new Error(`the server answered without a length: ${text.slice(from, bodyAt)}`);
  const end = bodyAt + Number(length);
  return text.length < end ? undefined : end;
}
