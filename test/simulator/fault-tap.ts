/** A wire to a hub on which everything that the hub says is heard: the faults are judged by it, and not by their own word. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What a hub said over sockets, all connections together. */
export interface Heard {
  /** Codes of errors and of rows refused in acknowledgements. */
  readonly codes: ReadonlySet<string>;
  readonly closeCodes: ReadonlySet<number>;
  readonly acks: number;
}

export class FaultTap {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #heard: Buffer[][] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async put(hubUrl: string): Promise<FaultTap> {
    const tap = new FaultTap(createServer((near) => tap.#join(near, new URL(hubUrl))));
    tap.#server.listen(0, "127.0.0.1");
    await once(tap.#server, "listening");
    return tap;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ws`;
  }

  heard(): Heard {
    const codes = new Set<string>();
    const closeCodes = new Set<number>();
    let acks = 0;
    for (const bytes of this.#heard) {
      for (const { opcode, payload } of framesOf(Buffer.concat(bytes))) {
        if (opcode === 8 && payload.length >= 2) closeCodes.add(payload.readUInt16BE(0));
        if (opcode !== 1) continue;
        const message = JSON.parse(String(payload)) as { type: string; code?: string; rejected?: { code: string }[] };
        if (message.type === "ack") acks++;
        if (message.code !== undefined) codes.add(message.code);
        for (const { code } of message.rejected ?? []) codes.add(code);
      }
    }
    return { codes, closeCodes, acks };
  }

  pull(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #join(near: Socket, hub: URL): void {
    const far = connect(Number(hub.port), hub.hostname);
    const heard: Buffer[] = [];
    this.#heard.push(heard);
    far.on("data", (bytes) => heard.push(bytes));
    near.pipe(far);
    far.pipe(near);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      // A reset goes on as a reset.
      from.on("error", () => to.resetAndDestroy());
      from.on("close", () => this.#sockets.delete(from));
    }
  }
}

/** Frames of a server, which are not masked; none where these bytes are plain HTTP. */
function* framesOf(bytes: Buffer): Generator<{ opcode: number; payload: Buffer }> {
  if (!bytes.toString("latin1", 0, 12).endsWith(" 101")) return;
  let at = bytes.indexOf("\r\n\r\n") + 4;
  while (at + 2 <= bytes.length) {
    const opcode = (bytes[at] as number) & 0x0f;
    const short = (bytes[at + 1] as number) & 0x7f;
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
    if (start > bytes.length) return;
    const long = short === 126 ? bytes.readUInt16BE(at + 2) : Number(short === 127 ? bytes.readBigUInt64BE(at + 2) : 0);
    const end = start + (short < 126 ? short : long);
    if (end > bytes.length) return;
    yield { opcode, payload: bytes.subarray(start, end) };
    at = end;
  }
}
