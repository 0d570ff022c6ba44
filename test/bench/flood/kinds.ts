/** What a device that floods sends: as much as its connection takes, and more as soon as it takes more. */
import { connect, type Socket } from "node:net";
import { maskedFrame, messageFrame } from "../wire.ts";

export const kinds = ["rows of 1", "rows of 1,000", "malformed rows", "no JSON", "posts"] as const;
export type Kind = (typeof kinds)[number];

/** Posts are sent over so many connections at once. */
const postConnections = 64;
/** One that was cut comes back after so long, ms. */
const comeBackMs = 20;
const upgradeText =
  "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: BwcHBwcHBwcHBwcHBwcHBw==\r\n\r\n";
/** Bytes handed to a connection at once: few large writes leave the cores to the hub. */
const chunkBytes = 256 * 1024;

export interface Flood {
  /** Bytes that the hub took so far. */
  readonly bytes: number;
  stop(): void;
}

/** Begins to flood the hub at `port`; goes on until it is stopped. */
export function startFlood(port: number, kind: Kind): Flood {
  return kind === "posts" ? floodOfPosts(port) : floodOfFrames(port, kind);
}

function floodOfFrames(port: number, kind: Exclude<Kind, "posts">): Flood {
  const chunk = repeated(frameOf(kind));
  const head = Buffer.from(upgradeText);
  const hello = messageFrame({ type: "hello", device: "flood/1", session: "flood" });
  return new Connections(port, 1, (socket) => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    // Whatever the hub says to it is not listened to.
    socket.write(head);
    socket.once("data", () => {
      socket.write(hello);
      more();
      socket.on("drain", more).resume();
    });
  });
}

function frameOf(kind: Exclude<Kind, "posts">): Buffer {
  const mask = 0x1f2e3d4c;
  const row = (index: number) => ({ metric: `m-${index % 20}`, value: index / 4, time: 1_700_000_000_000 + index });
  switch (kind) {
    case "rows of 1":
      return maskedFrame(JSON.stringify({ type: "readings", readings: [row(1)] }), mask);
    case "rows of 1,000":
      return maskedFrame(
        JSON.stringify({ type: "readings", readings: Array.from({ length: 1_000 }, (_, at) => row(at)) }),
        mask,
      );
    case "malformed rows":
      return maskedFrame(
        JSON.stringify({ type: "readings", readings: [{ metric: "__proto__", value: {}, when: 1 }, 7] }),
        mask,
      );
    case "no JSON":
      return maskedFrame("{]", mask);
    default:
      return kind satisfies never;
  }
}

function repeated(frame: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: Math.max(1, Math.ceil(chunkBytes / frame.length)) }, () => frame));
}

/** Each connection sends the next request as soon as the one before is answered. */
function floodOfPosts(port: number): Flood {
  const body = JSON.stringify({ device: "flood/1", readings: [{ metric: "m", value: 1, time: 1_700_000_000_000 }] });
  const head = `POST /api/v1/readings HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  const request = Buffer.from(head + body);
  return new Connections(port, postConnections, (socket) => {
    socket.write(request);
    socket.on("data", () => socket.write(request));
  });
}

/** So many connections that go on for ever: one that is cut comes back. */
class Connections implements Flood {
  readonly #sockets = new Set<Socket>();
  #bytes = 0;
  #stopped = false;

  constructor(port: number, count: number, go: (socket: Socket) => void) {
    const open = (): void => {
      const socket = connect(port, "127.0.0.1", () => go(socket));
      this.#sockets.add(socket);
      socket
        .on("error", () => {})
        .once("close", () => {
          this.#sockets.delete(socket);
          this.#bytes += socket.bytesWritten;
          if (!this.#stopped) setTimeout(open, comeBackMs);
        });
    };
    for (let each = 0; each < count; each++) open();
  }

  get bytes(): number {
    return [...this.#sockets].reduce((sum, socket) => sum + socket.bytesWritten - socket.writableLength, this.#bytes);
  }

  stop(): void {
    this.#stopped = true;
    for (const socket of this.#sockets) socket.destroy();
  }
}
