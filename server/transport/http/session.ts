/** Who asks, and how people come in and go. */
import { actorOf } from "../../hub/access/audit.ts";
import type { Principal } from "../../hub/access/principal.ts";
import type { SignedIn } from "../../hub/access/sign-in.ts";
import {
  decodePasswordOrder,
  decodeSetup,
  decodeSignIn,
  type RemovedAnswer,
  type SessionAnswer,
  type SessionsAnswer,
} from "../../protocol/access.ts";
import { Refusal } from "../../protocol/errors.ts";
import { rights } from "../../protocol/rights.ts";
import type { Answer } from "./answer.ts";
import { type ApiRequest, askerOf, type Handler, onlyParameters, principalOf } from "./route.ts";

/** `GET session`. */
export const getSession: Handler = (request) => {
  onlyParameters(request.query);
  return { json: answerOf(request.principal, request) };
};

/** `POST session`. */
export const signIn: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, body, principal, address, agent } = request;
  const blocked = context.access.guesses.blocked(address);
  if (blocked) throw blocked;
  const order = decodeSignIn((await body()).text, context.limits);
  if (order instanceof Refusal) throw order;
  const signedIn = await context.signIn.signIn(order, { address, agent });
  // Whoever signs in anew in a browser has one session there.
  if (principal?.kind === "person") await context.signIn.signOut(principal, actorOf(principal, address));
  return withCookie(signedIn, request);
};

/** `POST setup`. */
export const setUp: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, body, address, agent } = request;
  const order = decodeSetup((await body()).text, context.limits);
  if (order instanceof Refusal) throw order;
  return withCookie(await context.signIn.setUp(order, { address, agent }), request);
};

/** `DELETE session`. */
export const signOut: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, principal, address, secure } = request;
  if (principal) await context.signIn.signOut(principal, actorOf(principal, address));
  const left = principal?.kind === "person" ? undefined : principal;
  return { json: answerOf(left, request), headers: { "Set-Cookie": context.sessionCookie.clear(secure) } };
};

/** `PUT session/password`. */
export const changePassword: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, body } = request;
  const order = decodePasswordOrder((await body()).text, context.limits);
  if (order instanceof Refusal) throw order;
  const principal = principalOf(request);
  await context.signIn.changePassword(principal, order, askerOf(request));
  return { json: answerOf(principal, request) };
};

/** `GET sessions`: one's own; to an admin all. */
export const getSessions: Handler = (request) => {
  onlyParameters(request.query);
  const { access, clock } = request.context;
  const { book } = access;
  const principal = principalOf(request);
  const nowMs = clock.now();
  const sessions = [...book.sessions()]
    .filter(({ person, expiresMs }) => expiresMs > nowMs && isOwn(principal, person))
    .map((session) => {
      const { id, person, createdMs, seenMs, expiresMs, agent, address } = session;
      const used = book.usedOf(session, seenMs);
      return {
        ...{ id, person: book.person(person)?.name ?? "", created: createdMs, expires: expiresMs, agent },
        ...{ seen: used?.atMs ?? seenMs, address: used?.from || address, current: id === principal.session },
      };
    })
    .sort((a, b) => b.seen - a.seen);
  return { json: { sessions } satisfies SessionsAnswer };
};

/** `DELETE sessions/{id}`. */
export const deleteSession: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, path } = request;
  const id = path.id ?? "";
  const session = context.access.book.session(id);
  if (!session || !isOwn(principalOf(request), session.person) || !(await context.signIn.end(id, askerOf(request))))
    throw new Refusal("not_found", "There is no such session; GET /api/v1/sessions lists those there are.");
  return { json: { id, removed: true } satisfies RemovedAnswer };
};

function isOwn({ kind, id, role }: Principal, person: string): boolean {
  return role === "admin" || (kind === "person" && id === person);
}

function withCookie({ principal, cookie }: SignedIn, request: ApiRequest): Answer {
  const { context, secure } = request;
  const forS = Math.floor(((principal.expiresMs ?? 0) - context.clock.now()) / 1_000);
  return {
    json: answerOf(principal, request),
    headers: { "Set-Cookie": context.sessionCookie.set(cookie, forS, secure) },
  };
}

function answerOf(principal: Principal | undefined, { context, local }: ApiRequest): SessionAnswer {
  const { access } = context;
  const open = access.openTo({ local });
  const common = { open, reachable: context.reachable, hasPeople: access.book.hasPeople };
  if (!principal) return { kind: "none", name: "", role: null, devices: null, actions: [], expires: null, ...common };
  const { kind, name, role, devices, expiresMs } = principal;
  return {
    ...{ kind, name, devices: devices === undefined ? null : [...devices], ...common },
    role: role === "viewer" || role === "operator" || role === "admin" ? role : null,
    actions: [...rights[role]],
    expires: expiresMs ?? null,
  };
}
