/**
 * Who may connect at all: bounded in number and in pace, in total and by address, before a request is read or a handshake
 * made. Whoever is too many is told so in a few bytes, and beyond that cut without a word.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server, Socket } from "node:net";
import { Server as TlsServer } from "node:tls";
import { Paces } from "../hub/access/paces.ts";
import { Throttle } from "../hub/access/throttle.ts";
import { placeOf } from "../hub/address.ts";
import type { DoorCounts } from "../hub/meters.ts";
import { TokenBucket } from "../hub/token-bucket.ts";
import { isLoopbackAddress } from "../loopback.ts";
import type { Clock, Log } from "../ports.ts";
import { errorRules } from "../protocol/codes.ts";
import { type DoorLimits, doorLimitText } from "../protocol/door.ts";
import { Refusal } from "../protocol/errors.ts";
import { refusalHeaders } from "./refusal-headers.ts";

/** Connections beyond a limit that are kept open for long enough to be told why, and how fast they may come. */
const mostTold = 64;
const toldPace = { perSecond: 200, burst: 200 } as const;
/** One that was let in for that alone and asks nothing is cut after so long, ms. */
const toldPatienceMs = 2_000;
/** What the hub itself needs of the files that it may open: database, logs, threads, the page's files. */
const ownFiles = 192;
/** What whoever comes while all places are taken is told to wait, s: one has to become free. */
const fullRetrySeconds = 5;
/** One line of log a minute for each reason and address; nobody is blocked. */
const tellRefusals = { most: Number.POSITIVE_INFINITY, windowMs: 60_000, blockMs: 0 } as const;

export interface DoorDeps {
  readonly limits: DoorLimits;
  readonly counts: DoorCounts;
  readonly clock: Clock;
  readonly log: Log;
  /** How many files this process may open, where that is known. */
  readonly openFiles: number | undefined;
  /** A proxy whose word is taken for whom it speaks: those are counted instead. */
  readonly isProxy?: (address: string) => boolean;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;
type CloseListener = (this: Socket) => void;
type Reason = keyof DoorCounts["refused"];

export class Door {
  readonly #deps: DoorDeps;
  readonly #most: number;
  readonly #server: Server;
  readonly #accepts: TokenBucket;
  readonly #told: TokenBucket;
  readonly #logged: Throttle;
  /** Whom a connection counts for, where it is somebody who is counted. */
  readonly #clients = new Map<Socket, string>();
  /** Requests under way that a proxy handed on, and whom each counts for, by the proxy's connection. */
  readonly #asked = new Map<Socket, Map<ServerResponse, string>>();
  readonly #open = new Map<string, number>();
  readonly #attempts: Paces;
  /** Connections that are open for no more than to hear this. */
  readonly #refused = new Map<Socket, Refusal>();
  readonly #onClosed: CloseListener;
  readonly #onLeft: CloseListener;

  /** Judges whatever connects to `server` from now on. */
  constructor(server: Server, deps: DoorDeps) {
    const { limits, counts, clock, log, openFiles } = deps;
    this.#server = server;
    this.#deps = deps;
    this.#most = limits.connections;
    const files = (openFiles ?? Number.POSITIVE_INFINITY) - ownFiles - mostTold;
    if (files < limits.connections) {
      this.#most = Math.max(1, files);
      log.warn("the system lets the hub open few files, so it takes fewer connections than it is set to", {
        ...{ openFiles, connections: this.#most, set: limits.connections },
        raise: "ulimit -n, or LimitNOFILE= of a systemd unit",
      });
    }
    this.#accepts = new TokenBucket(clock, { perSecond: limits.acceptsPerSecond, burst: limits.acceptsBurst });
    this.#attempts = new Paces(clock, { perSecond: limits.attemptsPerAddress, burst: limits.attemptsBurst });
    this.#told = new TokenBucket(clock, toldPace);
    this.#logged = new Throttle(clock, tellRefusals);
    this.#onLeft = listenerOfAll((socket) => this.#leave(socket));
    this.#onClosed = listenerOfAll((socket) => {
      counts.open -= 1;
      this.#leave(socket);
    });
    server.maxConnections = this.#most + mostTold;
    server.on("drop", (data) => {
      counts.refused.connections += 1;
      this.#log("connections", data?.remoteAddress ?? "unknown");
    });
    server.on("connection", (socket: Socket) => this.#accept(socket));
  }

  /** Keeps requests of connections that are too many from `listener`. */
  guard(listener: Listener): Listener {
    return (request, response) => {
      const refusal = this.#refused.get(request.socket);
      if (!refusal) {
        listener(request, response);
        return;
      }
      const text = JSON.stringify(refusal.toMessage());
      const head = {
        "Content-Type": "application/json",
        "Content-Length": Buffer.byteLength(text),
        Connection: "close",
      };
      response.writeHead(errorRules[refusal.code].http, { ...head, ...refusalHeaders(refusal) }).end(text);
    };
  }

  /** Why a connection may not become a WebSocket; `address` is where it comes from, also behind a proxy. */
  refuseUpgrade(socket: Socket, address: string): Refusal | undefined {
    const refused = this.#refused.get(socket);
    if (refused || this.#clients.has(socket) || socket.remoteAddress === address) return refused;
    // Its proxy was let in; now it is known whom it speaks for.
    const client = clientOf(address);
    if (client === undefined) return undefined;
    const found = this.#judgeClient(client);
    if (found) return this.#refusal(...found, address);
    this.#enter(socket, client);
    socket.on("close", this.#onLeft);
    return undefined;
  }

  /**
   * Why a request is not taken that a proxy hands on for `address`; undefined where it is, which counts as a connection of
   * that one until it is answered: of a proxy's own connections nobody knows whose the next request is. Whoever is known may
   * ask as often as over a connection of their own.
   */
  refuseRequest(response: ServerResponse, address: string, isKnown: boolean): Refusal | undefined {
    const { socket } = response.req;
    const client = clientOf(address);
    if (client === undefined || this.#clients.has(socket) || socket.remoteAddress === address) return undefined;
    const found = this.#judgeClient(client, !isKnown);
    if (found) return this.#refusal(...found, address);
    const asked = this.#asked.get(socket) ?? this.#ask(socket);
    asked.set(response, client);
    this.#count(client);
    response.once("close", () => {
      if (asked.delete(response)) this.#uncount(client);
    });
    return undefined;
  }

  #accept(socket: Socket): void {
    if (this.#isJudged(socket)) return;
    const { counts, isProxy = () => false } = this.#deps;
    const address = socket.remoteAddress ?? "unknown";
    const client = isProxy(address) ? undefined : clientOf(address);
    const found = this.#judge(client);
    if (found) {
      this.#turnAway(socket, this.#refusal(...found, address));
      return;
    }
    counts.open += 1;
    if (client !== undefined) this.#enter(socket, client);
    socket.on("close", this.#onClosed);
  }

  /** One may come by again where its connection is read anew. */
  #isJudged(socket: Socket): boolean {
    return this.#refused.has(socket) || socket.listeners("close").includes(this.#onClosed);
  }

  /** Whoever is refused for his own address takes nothing of what all share. */
  #judge(client: string | undefined): [Reason, retrySeconds: number] | undefined {
    if (this.#deps.counts.open >= this.#most) return ["connections", fullRetrySeconds];
    const found = client === undefined ? undefined : this.#judgeClient(client);
    if (found) return found;
    return this.#accepts.take() ? undefined : ["acceptsPerSecond", 1];
  }

  #judgeClient(client: string, isPaced = true): [Reason, retrySeconds: number] | undefined {
    const { limits } = this.#deps;
    const waitS = isPaced ? this.#attempts.take(client) : 0;
    if (waitS > 0) return ["attemptsPerAddress", waitS];
    if ((this.#open.get(client) ?? 0) >= limits.connectionsPerAddress)
      return ["connectionsPerAddress", fullRetrySeconds];
    return undefined;
  }

  #enter(socket: Socket, client: string): void {
    this.#clients.set(socket, client);
    this.#count(client);
  }

  /** Where a connection ends, what waits behind the request that is being answered is told nothing of that. */
  #ask(socket: Socket): Map<ServerResponse, string> {
    const asked = new Map<ServerResponse, string>();
    this.#asked.set(socket, asked);
    socket.once("close", () => {
      this.#asked.delete(socket);
      for (const client of asked.values()) this.#uncount(client);
      asked.clear();
    });
    return asked;
  }

  #leave(socket: Socket): void {
    const client = this.#clients.get(socket);
    if (client === undefined) return;
    this.#clients.delete(socket);
    this.#uncount(client);
  }

  #count(client: string): void {
    this.#open.set(client, (this.#open.get(client) ?? 0) + 1);
  }

  #uncount(client: string): void {
    const left = (this.#open.get(client) ?? 0) - 1;
    if (left > 0) this.#open.set(client, left);
    else this.#open.delete(client);
  }

  /** Keeps it open for an answer where few are and it costs no handshake; else it is cut. */
  #turnAway(socket: Socket, refusal: Refusal): void {
    if (this.#server instanceof TlsServer || this.#refused.size >= mostTold || !this.#told.take()) {
      socket.destroy();
      return;
    }
    this.#refused.set(socket, refusal);
    socket.setTimeout(toldPatienceMs, () => socket.destroy());
    socket.once("close", () => this.#refused.delete(socket));
  }

  /** Counts it, and tells the log of the first in a minute. */
  #refusal(reason: Reason, retryAfter: number, address: string): Refusal {
    this.#deps.counts.refused[reason] += 1;
    this.#log(reason, address);
    const all = reason === "connections" || reason === "acceptsPerSecond";
    return new Refusal(
      all ? "overloaded" : "rate_limited",
      `${this.#sentence(reason)}. Try again in ${retryAfter} s.`,
      {
        retryAfter,
      },
    );
  }

  #sentence(reason: Reason): string {
    const { limits, openFiles } = this.#deps;
    const limit = doorLimitText(reason, reason === "connections" ? this.#most : limits[reason]);
    switch (reason) {
      case "connections": {
        const few = this.#most < limits.connections ? `; the system lets the hub open ${openFiles} files only` : "";
        return `The hub has as many connections as it takes: ${limit}${few}`;
      }
      case "connectionsPerAddress":
        return `This address has as many connections as one may have: ${limit}`;
      case "acceptsPerSecond":
        return `More connect at once than the hub lets in: ${limit}`;
      case "attemptsPerAddress":
        return `This address connects more often than one may: ${limit}`;
      default:
        return reason satisfies never;
    }
  }

  #log(reason: Reason, address: string): void {
    if (this.#logged.fail(`${reason} ${clientOf(address) ?? address}`) !== "first") return;
    const sentence = this.#sentence(reason);
    this.#deps.log.warn("a connection was refused; further ones of this minute are counted", {
      address,
      reason: sentence,
    });
  }
}

/** One listener for all sockets: most are idle, and a closure for each would be most of what the door holds of it. */
function listenerOfAll(call: (socket: Socket) => void): CloseListener {
  return function (this: Socket) {
    call(this);
  };
}

/** Who is counted as one: an IPv4 address, an IPv6 network; nobody where it is this machine itself. */
function clientOf(address: string): string | undefined {
  return isLoopbackAddress(address) ? undefined : placeOf(address);
}
