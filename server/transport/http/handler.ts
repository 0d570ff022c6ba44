/** The door of HTTP: who may come in, which route it is, and what becomes of errors. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { failureRefusal } from "../../hub/failure.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { Limits } from "../../protocol/limits.ts";
import { type Arrival, callerOf, entranceOf, tokenInAddress } from "../entrance.ts";
import { judgeCaller, type OriginConfig } from "../origin.ts";
import { socketPath } from "../websocket.ts";
import { refusalOf, writeAnswer, writeRefusal } from "./answer.ts";
import { discardBody, readText } from "./body.ts";
import { allowPage, setSafeHeaders, writeOptions } from "./headers.ts";
import { Metrics } from "./metrics.ts";
import type { HttpContext, Method } from "./route.ts";
import { allowed, type Match, matchRoute, readingsPath, routes } from "./routes.ts";
import { Slots } from "./slots.ts";

/**
 * Time-outs of the HTTP server, ms: a client that dribbles its request is answered 408 and closed. Whoever asks again over the
 * same connection closes it first, also a proxy that keeps it for two minutes: closed by the hub, which is what Node does after
 * five seconds, a request that has just left would fail.
 */
export const httpTimeouts = {
  keepAliveTimeout: 125_000,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
} as const;

/** Largest body of a POST, bytes. */
const maxBodyBytes = 1024 * 1024;

/** How long the rest of a refused body is let go by, ms. */
const discardMs = 2_000;

/** Answers about the past under way at once: those that hold their columns, and those that go out row by row. */
const maxAnswers = 16;
const maxStreams = 32;

/** Files of Parquet under way at once: each has a thread and holds a group of rows. */
const maxFiles = 4;

export interface HttpDeps extends Omit<HttpContext, "answers" | "streams" | "files" | "metrics" | "limits"> {
  /** Who may use the hub from a browser, and under which host names. */
  readonly config: OriginConfig & { readonly limits: Limits };
  /** Serves the pages: everything that is no route. Calls `missing` where there is no such file. */
  readonly pages?: (request: IncomingMessage, response: ServerResponse, missing: () => void) => void;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** The request listener of the hub's server. */
export function createHttpHandler(deps: HttpDeps): Listener {
  const context: HttpContext = {
    ...deps,
    answers: new Slots(maxAnswers),
    streams: new Slots(maxStreams),
    files: new Slots(maxFiles),
    metrics: new Metrics(deps.hub, deps.access),
    limits: deps.config.limits,
  };
  return (request, response) => {
    setSafeHeaders(response);
    const head = request.method === "HEAD";
    const { pathname, query } = addressOf(request.url ?? "/");
    const entrance = entranceOf(request, deps.config);
    const refuse = (refusal: Refusal, status?: number) => {
      record(refusal, request, entrance, deps);
      writeRefusal(response, refusal, head, status);
    };
    const refused = admit(request, entrance, pathname, deps.config) ?? tokenInAddress(pathname, query, deps.access);
    if (refused) {
      refuse(refused);
      return;
    }
    allowPage(request, response);
    const match = matchRoute(pathname);
    const stranger = deps.access.judge(entrance);
    if (stranger && !isPublic(request, pathname, match)) {
      refuse(stranger);
      return;
    }
    if (!match) {
      const asks = head || request.method === "GET";
      const missing = () => refuse(notFound(pathname, asks ? undefined : request.method));
      if (deps.pages && asks && !pathname.startsWith("/api/")) deps.pages(request, response, missing);
      else missing();
      return;
    }
    if (request.method === "OPTIONS") {
      writeOptions(response, allowed(match.route));
      return;
    }
    const method = (head ? "GET" : request.method) as Method;
    const handle = match.route.methods[method];
    if (!handle) {
      response.setHeader("Allow", allowed(match.route));
      const message = `${request.method} is not allowed on ${match.route.path}; allowed: ${allowed(match.route)}.`;
      refuse(new Refusal("not_allowed", message), 405);
      return;
    }
    let raw: string | undefined;
    const body = async () => {
      const read = await readText(request, maxBodyBytes);
      raw = read.text;
      return read;
    };
    const { accept } = request.headers;
    const caller = { local: entrance.local, address: entrance.address, signedIn: !stranger };
    Promise.resolve()
      .then(() => handle({ context, path: match.path, query, accept, headOnly: head, body, ...caller }))
      .then((answer) => writeAnswer(response, answer, head))
      .catch((error: unknown) => {
        const refusal = refusalOf(error);
        // What else is posted brings no readings.
        if (refusal && match.route.path === readingsPath) record(refusal, request, entrance, deps, raw);
        return fail(error, request, response, pathname, deps);
      });
  };
}

/** Whoever sends readings to the wrong place, without a token or in the wrong form is looked for among what arrived. */
function record(
  { code, message }: Refusal,
  { method }: IncomingMessage,
  { address }: Arrival,
  { hub: { arrivals } }: Pick<HttpDeps, "hub">,
  raw?: string,
): void {
  if (method !== "POST") return;
  arrivals.refused(arrivals.request(address, undefined), { code, message, raw });
}

async function fail(
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
  { clock, log }: Pick<HttpDeps, "clock" | "log">,
): Promise<void> {
  const where = { method: request.method, path: pathname.slice(0, 200) };
  const refusal = refusalOf(error) ?? failureRefusal(log, "request failed", error, where);
  if (response.headersSent) {
    // The answer was on its way: cutting it is the only way left to say that it is not whole.
    response.destroy();
    return;
  }
  await discardBody(request, clock, discardMs);
  if (!request.complete) response.setHeader("Connection", "close");
  writeRefusal(response, refusal, request.method === "HEAD");
}

/** Refuses requests of pages that may not use the hub, and of hosts it is not; undefined lets in. */
function admit(
  request: IncomingMessage,
  entrance: Arrival,
  pathname: string,
  config: OriginConfig,
): Refusal | undefined {
  const verdict = judgeCaller(callerOf(request, entrance), config);
  if (!verdict.allowed) return new Refusal("not_allowed", verdict.message);
  const sendsReadings = pathname === readingsPath && (request.method === "POST" || request.method === "OPTIONS");
  if (!verdict.restricted || sendsReadings) return undefined;
  return new Refusal("not_allowed", "A page without an origin (a file, a sandboxed frame) may send readings only.");
}

/** The page itself and whether the hub is up tell nothing of its data; a browser that asks before it sends can't bring a token. */
function isPublic({ method }: IncomingMessage, pathname: string, match: Match | undefined): boolean {
  if (method === "OPTIONS") return true;
  return match ? match.route.path === "/health" : !pathname.startsWith("/api/");
}

/** Path and query as they stand in the request; proxies may write the whole address. */
function addressOf(target: string): { pathname: string; query: URLSearchParams } {
  const path = target.replace(/^https?:\/\/[^/]*/i, "");
  const mark = path.indexOf("?");
  if (mark < 0) return { pathname: path, query: new URLSearchParams() };
  return { pathname: path.slice(0, mark), query: new URLSearchParams(path.slice(mark + 1)) };
}

/** `method` where the request was not for reading what is there. */
function notFound(pathname: string, method: string | undefined): Refusal {
  const socket = `${socketPath} takes WebSockets alone: connect to it as one, with an address that begins with ws://.`;
  if (pathname === socketPath) return new Refusal("not_found", socket);
  const shown = pathname.slice(0, 100).toWellFormed();
  const nothing = method === undefined ? `There is nothing at ${shown}.` : `Nothing at ${shown} takes ${method}.`;
  const there = routes.map((route) => route.path).join(", ");
  const hint = /^\/api\/v1\/devices\/.+\//.test(pathname)
    ? " A / inside a device id is written %2F, or use /api/v1/device?id=."
    : "";
  return new Refusal("not_found", `${nothing}${hint} There are: ${there}.`);
}
