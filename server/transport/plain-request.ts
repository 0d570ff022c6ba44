import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

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
  /** The latest answer of each connection: whoever sends several requests at once gets the answers in their order. */
  readonly #latest = new WeakMap<Socket, ServerResponse>();

  constructor(server: Server) {
    this.#server = server;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.#latest.set(request.socket, response);
    });
  }

  /** Takes what an `upgrade` event brought, when it is its turn. */
  answer(request: IncomingMessage, socket: Socket, head: Buffer): void {
    // A connection that two readers answer at once is a fault that ends the process.
    this.inTurn(socket, () => this.#readAnew(request, socket, head));
  }

  /** Goes on once what the connection brought before is answered. */
  inTurn(socket: Socket, go: () => void): void {
    const before = this.#latest.get(socket);
    if (before && !before.closed) before.once("close", go);
    else go();
  }

  #readAnew(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (socket.destroyed) return;
    socket.setTimeout(0);
    socket.unshift(Buffer.concat([Buffer.from(headOf(request), "latin1"), head]));
    this.#server.emit("connection", socket);
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
