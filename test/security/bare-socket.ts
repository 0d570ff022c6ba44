/** A bare connection to a hub, on which a test writes what no library would. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** The head of a request that becomes a WebSocket, with more lines where they are given. */
export function upgradeHead(...lines: string[]): string {
  const own = ["Host: localhost", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"];
  const key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==";
  return ["GET /ws HTTP/1.1", ...own, key, ...lines, "", ""].join("\r\n");
}

/** A frame whose mask is zero, so that its payload stands as it is. */
export function frame(first: number, payload: Buffer = Buffer.alloc(0), saidLength = payload.length): Buffer {
  const size = saidLength < 126 ? 2 : saidLength < 65_536 ? 4 : 10;
  const head = Buffer.alloc(size + 4);
  head[0] = first;
  head[1] = 0x80 | (size === 2 ? saidLength : size === 4 ? 126 : 127);
  if (size === 4) head.writeUInt16BE(saidLength, 2);
  if (size === 10) head.writeBigUInt64BE(BigInt(saidLength), 2);
  return Buffer.concat([head, payload]);
}

export class BareSocket {
  readonly socket: Socket;
  #bytes = Buffer.alloc(0);
  /** Resolves with all that came, once the hub has closed it. */
  readonly closed: Promise<Buffer>;

  constructor(url: string) {
    const { port, hostname } = new URL(url);
    this.socket = connect(Number(port), hostname);
    // What the hub cuts off is written to for a moment longer.
    this.socket.on("error", () => {});
    this.socket.on("data", (data) => {
      this.#bytes = Buffer.concat([this.#bytes, data]);
    });
    this.closed = new Promise((resolve) => {
      this.socket.once("close", () => resolve(this.#bytes));
    });
  }

  /** A socket that is a WebSocket already. */
  static async upgraded(url: string, ...lines: string[]): Promise<BareSocket> {
    const bare = new BareSocket(url);
    bare.socket.write(upgradeHead(...lines));
    await bare.until((text) => text.includes("\r\n\r\n"));
    return bare;
  }

  get text(): string {
    return this.#bytes.toString("latin1");
  }

  /** Resolves once what came is enough; rejects where the hub closes before. */
  async until(enough: (text: string) => boolean): Promise<void> {
    const gone = this.closed.then(() => Promise.reject(new Error(`closed after ${this.text.slice(0, 300)}`)));
    gone.catch(() => {});
    while (!enough(this.text)) await Promise.race([once(this.socket, "data"), gone]);
  }

  /** Writes as fast as the hub reads, and stops where it closes; resolves with how much of it left. */
  async pour(piece: Buffer, times: number): Promise<number> {
    for (let count = 0; count < times; count++) {
      if (this.socket.destroyed) return count;
      if (!this.socket.write(piece)) await Promise.race([once(this.socket, "drain").catch(() => {}), this.closed]);
    }
    return times;
  }

  /** The code of the close frame, which is the last thing that a hub says; undefined where it said none. */
  get closeCode(): number | undefined {
    for (let at = this.#bytes.length - 4; at >= 0; at--)
      if (this.#bytes[at] === 0x88 && (this.#bytes[at + 1] ?? 0) === this.#bytes.length - at - 2)
        return this.#bytes.readUInt16BE(at + 2);
    return undefined;
  }
}
