/** The server that speaks TLS, and says so in plain text to whoever does not. */
import { createServer, type Server, type ServerOptions } from "node:https";
import type { Socket } from "node:net";
import type { Clock, Log } from "../../ports.ts";
import { contextOf, type Pair } from "./pair.ts";

/** A handshake that takes longer is cut, ms; one that does not begin, too. */
const handshakeMs = 10_000;
/** How long somebody who spoke plain text may take to read why that is no use, ms. */
const partingMs = 1_000;
/** First byte of each TLS connection: a record of the handshake (RFC 8446, 5.1). */
const handshakeRecord = 0x16;

const sentence = "This port speaks TLS alone: begin the address with https:// (a socket's with wss://).\n";
const plainAnswer = [
  "HTTP/1.1 400 Bad Request",
  "Content-Type: text/plain; charset=utf-8",
  `Content-Length: ${Buffer.byteLength(sentence)}`,
  "Connection: close",
  "",
  sentence,
].join("\r\n");

export interface SecureServerOptions extends ServerOptions {
  readonly pair: Pair;
  /** How long a browser uses TLS alone for this host name, ms; 0 ends that. */
  readonly hstsMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Tells browsers to use nothing but TLS for a host name (RFC 6797). */
export const hstsHeader = "Strict-Transport-Security";

export function hstsOf(hstsMs: number): string {
  return `max-age=${Math.floor(hstsMs / 1_000)}`;
}

/** A server of HTTP over TLS 1.2 and later. Each of its answers bears `Strict-Transport-Security`; what an upgrade is refused with is written by who refuses it. */
export function createSecureServer({ pair, hstsMs, clock, log, ...options }: SecureServerOptions): Server {
  const server = createServer({ ...options, ...contextOf(pair), handshakeTimeout: handshakeMs });
  const hsts = hstsOf(hstsMs);
  server.on("request", (_, response) => response.setHeader(hstsHeader, hsts));
  // A scanner's, or that of a device that does not know who signed the certificate: of use to whoever looks for it.
  server.on("tlsClientError", (error, socket) =>
    log.debug("a TLS handshake failed", { address: socket.remoteAddress, error: error.message }),
  );
  tellPlainText(server, clock);
  return server;
}

/** Gives a connection to TLS once its first byte is there, or answers it where that is none of TLS. */
function tellPlainText(server: Server, clock: Clock): void {
  const [begin] = server.listeners("connection");
  if (!begin) throw new Error("this Node has no listener that begins TLS");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    const cut = clock.after(handshakeMs, () => socket.destroy());
    const end = () => cut.cancel();
    // Whoever cuts a connection that began nothing must not end the process.
    socket.on("error", ignoreError).once("close", end);
    socket.once("readable", () => {
      const first: Buffer | null = socket.read(1);
      if (first === null) return;
      socket.unshift(first);
      cut.cancel();
      if (first[0] === handshakeRecord) {
        socket.off("close", end).off("error", ignoreError);
        begin.call(server, socket);
        return;
      }
      socket.end(plainAnswer).resume();
      const part = clock.after(partingMs, () => socket.destroy());
      socket.once("close", () => part.cancel());
    });
  });
}

function ignoreError(): void {}
