import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { type Clock, systemClock } from "../ports.ts";

/** Answers that are asked for before have so long to be read, ms: Node has let go of the connection, and ends it no more. */
const turnMs = 30_000;

/** Headers of the offer itself; `Connection` names them, and keeps what else it says. */
const offerHeaders: ReadonlySet<string> = new Set(["upgrade", "http2-settings"]);

/** True where a request offers to go on as a WebSocket, and as nothing else. */
export function offersWebsocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

/**
 * Answers requests that offer another protocol as if they did not, which a server may (RFC 9110, 7.8): the JDK's client and
 * `curl --http2` offer HTTP/2 with every request. Once somebody listens for upgrades, Node gives up reading HTTP at any
 * offer; so the request is put back without it, and the connection is read anew.
 */
export class PlainRequests {
  readonly #server: Server;
  readonly #clock: Clock;
  /** Answers of each connection that were not out when the latest came, in their order, and the latest. */
  readonly #answers = new WeakMap<Socket, readonly ServerResponse[]>();
  readonly #waiting = new Set<Socket>();

  constructor(server: Server, clock: Clock = systemClock) {
    this.#server = server;
    this.#clock = clock;
    server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.#answers.set(socket, [...this.#open(socket), response]);
    });
  }

  /** Takes what an `upgrade` event brought, when it is its turn. */
  answer(request: IncomingMessage, socket: Socket, head: Buffer): void {
    // A connection that two readers answer at once is a fault that ends the process.
    this.inTurn(socket, () => this.#readAnew(request, socket, head));
  }

  /** Goes on once what the connection brought before is answered; never where it ends before, or reads its answers for longer than 30 s. */
  inTurn(socket: Socket, go: () => void): void {
    const before = this.#open(socket);
    const last = before.at(-1);
    if (!last) {
      go();
      return;
    }
    // With the offer Node has given up telling answers that the socket takes more.
    const drain = () => before.find(({ socket: own }) => own === socket)?.emit("drain");
    const cut = this.#clock.after(turnMs, () => socket.destroy());
    const forget = () => {
      cut.cancel();
      this.#waiting.delete(socket);
    };
    this.#waiting.add(socket);
    socket.on("drain", drain).once("close", forget);
    last.once("close", () => {
      socket.off("drain", drain).off("close", forget);
      forget();
      go();
    });
  }

  /** Ends connections that still wait for answers to be read; the server does not know them any more. */
  stop(): void {
    for (const socket of this.#waiting) socket.destroy();
  }

  #open(socket: Socket): ServerResponse[] {
    return (this.#answers.get(socket) ?? []).filter(({ closed }) => !closed);
  }

  #readAnew(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (socket.destroyed) return;
    socket.setTimeout(0);
    socket.unshift(Buffer.concat([Buffer.from(headOf(request), "latin1"), head]));
    // Of TLS it is the deciphered end that is read anew: as a bare connection it would have to shake hands once more.
    this.#server.emit(socket instanceof TLSSocket ? "secureConnection" : "connection", socket);
  }
}

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = "", value = ""] = rawHeaders.slice(index, index + 2);
    const lower = name.toLowerCase();
    if (offerHeaders.has(lower)) continue;
    const kept = lower === "connection" ? withoutOffer(value) : value;
    if (kept !== "") text += `${name}: ${kept}\r\n`;
  }
  return `${text}\r\n`;
}

function withoutOffer(connection: string): string {
  const words = connection.split(",").map((word) => word.trim());
  return words.filter((word) => !offerHeaders.has(word.toLowerCase())).join(", ");
}
