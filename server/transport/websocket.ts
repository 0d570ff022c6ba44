/** The WebSocket way in. With `socket-line.ts` and `socket-peer.ts` the only file that knows `ws`. */
import { type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type ServerOptions, WebSocketServer } from "ws";
import type { Config } from "../config.ts";
import type { Access } from "../hub/access/access.ts";
import { Throttle } from "../hub/access/throttle.ts";
import { placeOf } from "../hub/address.ts";
import type { Arrivals } from "../hub/arrivals.ts";
import type { Session } from "../hub/connection.ts";
import type { Turns } from "../hub/ingest/turns.ts";
import type { Peer } from "../hub/peer.ts";
import type { Clock, Log } from "../ports.ts";
import { type ErrorCode, errorRules } from "../protocol/codes.ts";
import { Refusal } from "../protocol/errors.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Door } from "./door.ts";
import { type Arrival, callerOf, entranceOf, tokenInAddress } from "./entrance.ts";
import { Heartbeat } from "./heartbeat.ts";
import { judgeCaller, type OriginConfig } from "./origin.ts";
import { offersWebsocket, PlainRequests } from "./plain-request.ts";
import { refusalHeaders } from "./refusal-headers.ts";
import type { SessionCookie } from "./session-cookie.ts";
import { HubSocket, type LineDeps, SocketLine } from "./socket-line.ts";
import { closePatienceMs, SocketPeer } from "./socket-peer.ts";
import { readInSlices } from "./socket-slices.ts";
import { hstsHeader, hstsOf } from "./tls/secure-server.ts";

/** Where devices and viewers connect. */
export const socketPath = "/ws";
const subprotocol = "telemetry.v1";
/** Fragments of one frame; a sender needs none, and each costs memory of its own. */
const maxFragments = 16;
/** One line of log a minute for each place whose sockets are refused, or wait; it is never blocked. */
const tellRefusals = { most: Number.POSITIVE_INFINITY, windowMs: 60_000, blockMs: 0 } as const;
/** Connections of one address that end for unreadable frames within a second before the next ones are read later. */
const unreadableEnds = { most: 10, windowMs: 1_000 } as const;
/** Smallest TCP segment that a slow link may cut a frame into, bytes. */
const smallestSegmentBytes = 512;

export interface WebsocketDeps {
  readonly accept: (peer: Peer) => Session;
  readonly access: Access;
  readonly sessionCookie: SessionCookie;
  readonly arrivals: Pick<Arrivals, "refused" | "turnedAway">;
  readonly config: OriginConfig &
    Pick<Config, "tlsCert" | "hstsMs"> & {
      readonly limits: Pick<Limits, "frameBytes" | "pingMs" | "pongMs" | "pingsPerSecond" | "unreadablePauseMs">;
    };
  readonly door: Pick<Door, "refuseUpgrade">;
  readonly turns: Turns;
  readonly clock: Clock;
  readonly log: Log;
}

/** `ws` reads them; its published types lag behind it. */
type Options = ServerOptions<typeof HubSocket> &
  Readonly<Record<"maxFragments" | "maxBufferedChunks" | "closeTimeout", number>>;

export interface WebsocketTransport {
  /** Resolves once every socket is gone; those that linger are cut after `patienceMs`, and those that were to become one then. */
  stop(patienceMs: number): Promise<void>;
}

/** Takes the upgrades of an HTTP server at `/ws` and gives each socket to the hub. */
export function serveWebsocket(server: Server, deps: WebsocketDeps): WebsocketTransport {
  const { frameBytes, pingMs, pongMs, unreadablePauseMs } = deps.config.limits;
  const options: Options = {
    noServer: true,
    WebSocket: HubSocket,
    maxPayload: frameBytes,
    maxFragments,
    // One chunk is what one read of the socket brought. A frame of full size over a slow link comes in many small ones,
    // and must not be taken for an attack.
    maxBufferedChunks: Math.max(64, Math.ceil(frameBytes / smallestSegmentBytes)),
    // One that it closes by itself, for a broken frame: as long as one that the hub closes.
    closeTimeout: closePatienceMs,
    perMessageDeflate: false,
    clientTracking: false,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  };
  const { tlsCert, hstsMs } = deps.config;
  // Of an answer that is no upgrade; Node makes no response here, and puts nothing on it.
  const hsts = tlsCert === undefined ? undefined : { [hstsHeader]: hstsOf(hstsMs) };
  const sockets = new WebSocketServer<typeof HubSocket>(options);
  const open = new Set<SocketPeer>();
  let onEmpty = () => {};
  const heartbeat = new Heartbeat(deps.clock, { pingMs, pongMs }, open);
  const unreadable = new Throttle(deps.clock, { ...unreadableEnds, blockMs: unreadablePauseMs });
  const onGone = (peer: SocketPeer) => {
    open.delete(peer);
    if (open.size === 0) onEmpty();
  };
  const heldBefore = new Throttle(deps.clock, tellRefusals);
  const around: LineDeps = { ...deps, limits: deps.config.limits, unreadable, heldBefore, onGone };
  const refusedBefore = new Throttle(deps.clock, tellRefusals);
  const plainRequests = new PlainRequests(server);
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // Put on once: a connection may bring many requests that offer something else.
    if (!socket.listeners("error").includes(ignoreError)) socket.on("error", ignoreError);
    if (offersWebsocket(request)) plainRequests.inTurn(socket, () => upgrade(request, socket, head));
    else plainRequests.answer(request, socket, head);
  });
  const upgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
    if (socket.destroyed) return;
    const entrance = entranceOf(request, deps.config);
    const tooMany = deps.door.refuseUpgrade(request.socket, entrance.address);
    if (tooMany) {
      answer(socket, errorRules[tooMany.code].http, tooMany.message, { ...refusalHeaders(tooMany), ...hsts });
      return;
    }
    const refusal = refuseUpgrade(request, entrance, deps.config, deps.access);
    if ("status" in refusal) {
      const { address } = entrance;
      // A foreign page that comes back by itself, or somebody who means harm, must not fill the disk with lines.
      if (refusedBefore.fail(placeOf(address)) === "first")
        deps.log.warn("socket refused; further ones of this minute are not told", { address, reason: refusal.message });
      deps.arrivals.refused(deps.arrivals.turnedAway(address), refusal);
      answer(socket, refusal.status, refusal.message, hsts);
      return;
    }
    const cookie = refusal.restricted ? undefined : deps.sessionCookie.read(request, entrance);
    const judged = deps.access.judge({ ...entrance, cookie });
    // Without a token the first message may bring it; a wrong one is refused here, and counted by whoever judged it.
    if (judged instanceof Refusal && entrance.token !== undefined) {
      const stranger = judged;
      deps.arrivals.refused(deps.arrivals.turnedAway(entrance.address), stranger);
      answer(socket, errorRules[stranger.code].http, stranger.message, { ...refusalHeaders(stranger), ...hsts });
      return;
    }
    sockets.handleUpgrade(request, socket, nothing, (websocket) => {
      // From now on `ws` hears its errors.
      socket.off("error", ignoreError);
      const trust = { restricted: refusal.restricted, principal: judged instanceof Refusal ? undefined : judged };
      const peer = new SocketPeer(websocket, socket, entrance.address, trust, deps.clock);
      const line = new SocketLine(peer, deps.accept(peer), around);
      open.add(peer);
      websocket.line = line;
      readInSlices(socket, line);
      // What came with the handshake is as long as any other piece.
      if (head.length > 0) socket.push(head);
    });
  };
  return {
    async stop(patienceMs) {
      heartbeat.stop();
      const closed = new Promise<void>((resolve) => {
        onEmpty = resolve;
      });
      const cut = deps.clock.after(patienceMs, () => {
        for (const peer of open) peer.terminate();
      });
      if (open.size > 0) await closed;
      cut.cancel();
      plainRequests.stop();
    },
  };
}

const nothing = Buffer.alloc(0);

/** An error closes a socket by itself, and unheard it would end the process. */
function ignoreError(): void {}

/** Why a request can't become a socket, or how it may. */
function refuseUpgrade(
  request: IncomingMessage,
  entrance: Arrival,
  config: OriginConfig,
  access: Access,
): { status: 400 | 403 | 404; code: ErrorCode; message: string } | { restricted: boolean } {
  const verdict = judgeCaller(callerOf(request, entrance), config);
  if (!verdict.allowed) return { status: 403, code: "not_allowed", message: verdict.message };
  const [path = "", query] = (request.url ?? "").split("?");
  const token = tokenInAddress(path, new URLSearchParams(query), access);
  if (token) return { status: 400, code: token.code, message: token.message };
  if (path !== socketPath)
    return { status: 404, code: "not_found", message: `Sockets are at ${socketPath}, not at this path.` };
  return { restricted: verdict.restricted };
}

function answer(socket: Duplex, status: number, message: string, headers: Readonly<Record<string, string>> = {}): void {
  const body = `${message}\n`;
  const head = {
    Connection: "close",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    ...headers,
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`, () => socket.destroy());
}
