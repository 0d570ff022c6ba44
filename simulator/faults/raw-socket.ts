/**
 * A WebSocket of our own, down to the bytes: every library is too well-behaved to tear a frame, to leave pings unanswered
 * or to go without a word. Only what a device of this hub needs: text both ways, no extensions, no fragments.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectSecurely, TLSSocket } from "node:tls";

const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** What a raw socket tells whoever holds it. */
export interface RawSocketEvents {
  readonly onText: (text: string) => void;
  /** Once, as the last call. `code` is 1006 where no close frame came. */
  readonly onClosed: (code: number) => void;
}

/** A text frame as it goes over the wire, masked as a client's must be. */
export function textFrame(text: string): Buffer {
  return frame(opcodes.text, Buffer.from(text));
}

function frame(opcode: number, payload: Buffer): Buffer {
  const length = payload.length;
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + lengthBytes);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) head.writeUInt16BE(length, 2);
  if (lengthBytes === 8) head.writeBigUInt64BE(BigInt(length), 2);
  const mask = randomBytes(4);
  const masked = Buffer.from(payload);
  for (let index = 0; index < length; index++) masked[index] = (masked[index] as number) ^ (mask[index & 3] as number);
  return Buffer.concat([head, mask, masked]);
}

export class RawSocket {
  readonly #socket: Socket;
  readonly #events: RawSocketEvents;
  #unread: Buffer = Buffer.alloc(0);
  #code = 1006;
  #upgraded = false;
  #refused: ((error: Error) => void) | undefined;

  private constructor(socket: Socket, events: RawSocketEvents) {
    this.#socket = socket;
    this.#events = events;
  }

  /** Resolves once the server has let the socket in; rejects with what it said instead. `url` such as `ws://localhost:8080/ws`. */
  static async open(url: string, events: RawSocketEvents): Promise<RawSocket> {
    const { protocol, hostname, port, host, pathname } = new URL(url);
    const secure = protocol === "wss:";
    const name = hostname.replace(/^\[|\]$/g, "");
    const to = { host: name, port: Number(port || (secure ? 443 : 80)) };
    const socket = secure ? connectSecurely({ ...to, servername: name }) : connect(to);
    // A pong that waits for company may come too late.
    socket.setNoDelay(true);
    await once(socket, secure ? "secureConnect" : "connect");
    const raw = new RawSocket(socket, events);
    await raw.#upgrade(host, pathname);
    return raw;
  }

  /** Sends bytes as they are, be they a whole frame or not. */
  write(bytes: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Reads nothing from now on, and so answers no ping: to the other end the connection is open, and nobody is there. */
  goDeaf(): void {
    this.#socket.pause();
  }

  /** Leaves in good order. */
  leave(): void {
    this.write(frame(opcodes.close, Buffer.from([0x03, 0xe8])));
  }

  /** Goes without a word. */
  cut(): void {
    // A reset tells the other end at once; TLS has none.
    if (this.#socket instanceof TLSSocket) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  #upgrade(host: string, path: string): Promise<void> {
    const key = randomBytes(16).toString("base64");
    const head = [
      `GET ${path} HTTP/1.1`,
      `Host: ${host}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${key}`,
    ];
    return new Promise((resolve, reject) => {
      this.#refused = reject;
      this.#socket.on("error", reject);
      this.#socket.on("close", () => {
        reject(new Error("the connection was cut"));
        if (this.#upgraded) this.#events.onClosed(this.#code);
      });
      this.#socket.on("data", (bytes) => {
        this.#unread = Buffer.concat([this.#unread, bytes]);
        if (!this.#upgraded && this.#readAnswer()) resolve();
        if (this.#upgraded) while (this.#readFrame());
      });
      this.#socket.write(`${head.join("\r\n")}\r\n\r\n`);
    });
  }

  /** True once the server has agreed to speak WebSocket. */
  #readAnswer(): boolean {
    const end = this.#unread.indexOf("\r\n\r\n");
    if (end < 0) return false;
    const [status = ""] = this.#unread.toString("latin1", 0, end).split("\r\n");
    this.#unread = this.#unread.subarray(end + 4);
    this.#upgraded = / 101 /.test(status);
    if (!this.#upgraded) {
      this.#refused?.(new Error(`Unexpected server response: ${status.replace(/^\S+ /, "")}`));
      this.#socket.destroy();
    }
    return this.#upgraded;
  }

  /** Takes one frame, where there is a whole one. */
  #readFrame(): boolean {
    const bytes = this.#unread;
    if (bytes.length < 2) return false;
    const short = (bytes[1] as number) & 0x7f;
    const start = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < start) return false;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < start + length) return false;
    const payload = bytes.subarray(start, start + length);
    this.#unread = bytes.subarray(start + length);
    this.#take((bytes[0] as number) & 0x0f, payload);
    return true;
  }

  #take(opcode: number, payload: Buffer): void {
    if (opcode === opcodes.text) this.#events.onText(payload.toString());
    else if (opcode === opcodes.ping) this.write(frame(opcodes.pong, payload));
    else if (opcode === opcodes.close) {
      this.#code = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
      this.write(frame(opcodes.close, payload));
      this.#socket.end();
    }
  }
}
