/** The door of HTTP: who may come in, which route it is, and what becomes of errors. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { needsSignIn } from "../../config.ts";
import { type Actor, actorOf, audited } from "../../hub/access/audit.ts";
import { may, type Principal, whoIs } from "../../hub/access/principal.ts";
import { type CatalogView, scopedTo } from "../../hub/access/scope.ts";
import { failureRefusal } from "../../hub/failure.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { Limits } from "../../protocol/limits.ts";
import type { Door } from "../door.ts";
import { type Arrival, callerOf, entranceOf, tokenInAddress } from "../entrance.ts";
import { judgeCaller, type OriginConfig } from "../origin.ts";
import { isTrusted } from "../proxies.ts";
import { socketPath } from "../websocket.ts";
import { refusalOf, writeAnswer, writeRefusal } from "./answer.ts";
import { discardBody, maxStrangersBytes, readText } from "./body.ts";
import { allowPage, setSafeHeaders, writeOptions } from "./headers.ts";
import { keepForStrangers } from "./keep-alive.ts";
import { knock } from "./knock.ts";
import { Metrics } from "./metrics.ts";
import type { HttpContext, Method } from "./route.ts";
import { allowed, type Endpoint, matchRoute, readingsPath, routes } from "./routes.ts";
import { Slots } from "./slots.ts";

/**
 * Time-outs of the HTTP server, ms: a client that dribbles its request is answered 408 and closed. Whoever is known and asks
 * again over the same connection closes it first, also a proxy that keeps it for two minutes: closed by the hub, which is what Node does after
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

/** What this file makes of it. */
type Made = "answers" | "streams" | "files" | "metrics" | "limits" | "reachable";

export interface HttpDeps extends Omit<HttpContext, Made> {
  /** Who may use the hub from a browser, and under which host names. */
  readonly config: OriginConfig & { readonly limits: Limits };
  readonly door: Pick<Door, "refuseRequest">;
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
    reachable: deps.config.open && needsSignIn({ ...deps.config, open: false }),
  };
  return (request, response) => {
    setSafeHeaders(response);
    const isProxy = isTrusted(request.socket.remoteAddress, deps.config.trustProxy);
    const keepLong = isProxy ? () => {} : keepForStrangers(response);
    const head = request.method === "HEAD";
    const { pathname, query } = addressOf(request.url ?? "/");
    const arrival = entranceOf(request, deps.config);
    const entrance = { ...arrival, cookie: deps.sessionCookie.read(request, arrival) };
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
    const method = (head ? "GET" : request.method) as Method;
    const endpoint = match?.route.methods[method];
    // The page itself tells nothing of the hub's data.
    const isPublic = match
      ? endpoint?.action === "public" || request.method === "OPTIONS"
      : !pathname.startsWith("/api/");
    const posts = endpoint?.id === "postReadings";
    const asked = match || !isPublic;
    const judged = asked ? (posts ? deps.access.judgeBefore(entrance) : deps.access.judge(entrance)) : undefined;
    // Who asks who they are, with a token that is not looked at now, is not nobody: they have to come again.
    const isLater = endpoint?.id === "getSession" && judged instanceof Refusal && judged.code === "rate_limited";
    if (judged instanceof Refusal && (!isPublic || isLater)) {
      refuse(judged);
      return;
    }
    const principal = judged instanceof Refusal ? undefined : judged;
    if (principal) keepLong();
    const tooMany = deps.door.refuseRequest(response, entrance.address, principal !== undefined);
    if (tooMany) {
      refuse(tooMany);
      return;
    }
    if (!match) {
      const asks = head || request.method === "GET";
      const missing = () => refuse(notFound(pathname, asks ? undefined : request.method));
      if (deps.pages && asks && !pathname.startsWith("/api/")) deps.pages(request, response, missing);
      else missing();
      return;
    }
    if (posts && !principal) {
      void knock(request, entrance, deps.access, context.limits).then((refusal) => {
        record(refusal, request, entrance, deps);
        return fail(refusal, request, response, pathname, deps);
      });
      return;
    }
    if (request.method === "OPTIONS") {
      writeOptions(response, allowed(match.route));
      return;
    }
    if (!endpoint) {
      response.setHeader("Allow", allowed(match.route));
      const message = `${request.method} is not allowed on ${match.route.path}; allowed: ${allowed(match.route)}.`;
      refuse(new Refusal("not_allowed", message), 405);
      return;
    }
    const { action, handle, id } = endpoint;
    if (action !== "public" && principal && !mayAsk(principal, action)) {
      refuse(new Refusal("not_allowed", `${whoIs(principal)} may not do this (${id} needs the right ${action}).`));
      return;
    }
    let raw: string | undefined;
    const body = async () => {
      // Who they are is not known yet: what people type is short.
      const read = await readText(request, action === "public" ? maxStrangersBytes : maxBodyBytes);
      raw = read.text;
      // It may have taken its time, and what they may do may have ended meanwhile.
      if (principal) deps.access.requireCurrent(principal);
      return read;
    };
    const { accept, "user-agent": agent = "" } = request.headers;
    const { local, address, secure } = entrance;
    const seen = principal === undefined ? context : seenBy(principal, context);
    const caller = { local, address, secure, agent, principal };
    const subject = subjectOf(match.path, query, context.catalog);
    Promise.resolve()
      .then(() => handle({ context: seen, path: match.path, query, accept, headOnly: head, body, ...caller }))
      .then((answer) => {
        if (principal && changesData.has(action) && !endpoint.changesNothing)
          noteChange(actorOf(principal, address), id, subject, raw, deps);
        return writeAnswer(response, answer, head);
      })
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

function mayAsk(principal: Principal, action: Endpoint["action"]): boolean {
  if (action === "public") return true;
  return action === "own" ? principal.kind === "person" || principal.kind === "open" : may(principal, action);
}

function seenBy(principal: Principal, context: HttpContext): HttpContext {
  return principal.devices === undefined ? context : { ...context, catalog: scopedTo(principal, context.catalog) };
}

/** What is kept in the log of changes by the operation alone; people and tokens have their own words. */
const changesData: ReadonlySet<Endpoint["action"]> = new Set(["edit", "remove", "settings", "backup"] as const);

/** What a change was asked for, before it is made: a series that is gone has no name any more. */
function subjectOf(path: Readonly<Record<string, string>>, query: URLSearchParams, catalog: CatalogView): string {
  const series = path.n === undefined ? undefined : catalog.findSeries(Number(path.n));
  if (series) return `${series.device.id} ${series.metric}`;
  return (path.id ?? path.n ?? query.toString()).slice(0, longestSubject).toWellFormed();
}

const longestSubject = 300;
const longestOrder = 1_000;

/** Written behind the change: should that fail the change stands, and the log of the hub tells of it. */
function noteChange(actor: Actor, id: string, subject: string, raw: string | undefined, deps: HttpDeps): void {
  const { access, clock, log } = deps;
  const details = raw === undefined ? {} : { order: raw.slice(0, longestOrder).toWellFormed() };
  access.book
    .change(() => ({ changes: [audited(clock, actor, id, subject, details)], result: undefined }))
    .catch((error: unknown) =>
      log.error("a change could not be noted", { ...actor, id, subject, error: String(error) }),
    );
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
