/** What a route is: a method and a path, and a handler of its own file. */

import type { StartParquet } from "../../formats/parquet-thread.ts";
import type { Access } from "../../hub/access/access.ts";
import { actorOf } from "../../hub/access/audit.ts";
import type { People } from "../../hub/access/people.ts";
import type { Principal } from "../../hub/access/principal.ts";
import type { CatalogView } from "../../hub/access/scope.ts";
import type { SignIn } from "../../hub/access/sign-in.ts";
import type { Asker, Tokens } from "../../hub/access/tokens.ts";
import type { Arrivals } from "../../hub/arrivals.ts";
import type { Device } from "../../hub/catalog.ts";
import type { Quarantine } from "../../hub/devices/quarantine.ts";
import type { PresenceEntry } from "../../hub/devices/timeline.ts";
import type { PresenceView } from "../../hub/entries.ts";
import type { GapLedger } from "../../hub/gaps/ledger.ts";
import type { History } from "../../hub/history.ts";
import type { Masks } from "../../hub/masks.ts";
import type { LatencyCounts } from "../../hub/meters.ts";
import type { Removed } from "../../hub/removal.ts";
import type { SeriesNames } from "../../hub/rename.ts";
import type { Retention } from "../../hub/storage/retention.ts";
import type { Storage } from "../../hub/storage/storage.ts";
import type { Clock, Log } from "../../ports.ts";
import type { DeviceEdit } from "../../protocol/edit.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { HealthAnswer, PostedAnswer, StatusAnswer } from "../../protocol/http.ts";
import type { Limits } from "../../protocol/limits.ts";
import { nearestName } from "../../protocol/nearest.ts";
import type { TelemetryStore } from "../../store/store.ts";
import type { SessionCookie } from "../session-cookie.ts";
import type { Answer } from "./answer.ts";
import type { Body } from "./body.ts";
import type { Metrics } from "./metrics.ts";
import type { Slots } from "./slots.ts";

/** What HTTP asks of the hub. */
export interface HttpHub {
  /** Takes a posted body (JSON text) from `address` and whom it names when it is its turn; resolves after the commit. Throws a `Refusal`. */
  post(read: () => Promise<Body>, address: string, principal: Principal): Promise<PostedAnswer>;
  /** What arrived lately, and why it was refused. */
  readonly arrivals: Arrivals;
  readonly quarantine: Quarantine;
  /** Ranges that are hidden. */
  readonly masks: Masks;
  /** Changes what is known of a device; resolves once that is on disk. Throws a `Refusal`. */
  editDevice(device: Device, edit: DeviceEdit): Promise<void>;
  /** Removes a device with everything it sent; false where there is none. Resolves once durable. */
  removeDevice(id: string): Promise<boolean>;
  /** When a device was there, in order; begins with what held at `fromMs` (included), ends before `toMs`. */
  timeline(device: Device, fromMs: number, toMs: number): Promise<PresenceEntry[]>;
  /** Removes a range of each of these series from every tier. Resolves once durable. */
  removeReadings(series: readonly number[], fromMs: number, toMs: number): Promise<Removed>;
  readonly names: SeriesNames;
  status(): Promise<StatusAnswer>;
  /** Acknowledgements and commits since the start, counted by how long they took. */
  latencies(): { readonly ackMs: LatencyCounts; readonly commitMs: LatencyCounts };
  /** True where the hub before this one did not end in good order. */
  readonly uncleanStop: boolean;
  /** Whether the hub works at all, and whether it should be sent traffic now. */
  health(): HealthAnswer;
  ready(): HealthAnswer;
}

/** What handlers work with. */
export interface HttpContext {
  readonly access: Access;
  readonly signIn: SignIn;
  readonly people: People;
  readonly tokens: Tokens;
  readonly sessionCookie: SessionCookie;
  readonly hub: HttpHub;
  /** As far as whoever asks sees it. */
  readonly catalog: CatalogView;
  readonly store: Pick<TelemetryStore, "refusals" | "quarantine" | "readRaw" | "seriesState" | "backup" | "access">;
  readonly history: History;
  readonly gaps: Pick<GapLedger, "of">;
  readonly storage: Storage;
  readonly retention: Retention;
  readonly presence: PresenceView;
  readonly limits: Limits;
  /** The hub is open to other machines, too. */
  readonly reachable: boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** Answers about the past that may be under way: those whose columns are held in memory, and those that go out row by row. */
  readonly answers: Slots;
  readonly streams: Slots;
  readonly metrics: Metrics;
  /** Files of Parquet that may be under way: each has a thread. */
  readonly files: Slots;
  readonly startParquet: StartParquet;
}

/** One request, as a handler sees it. */
export interface ApiRequest {
  readonly context: HttpContext;
  /** The parts of the path that the route leaves open, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** True where it comes from this machine, and no proxy handed it on. */
  readonly local: boolean;
  /** Where it comes from. */
  readonly address: string;
  /** Who asks; undefined for those who may see only what is public. */
  readonly principal: Principal | undefined;
  /** What a browser says it is. */
  readonly agent: string;
  /** True where the request came over TLS. */
  readonly secure: boolean;
  /** True where the body of the answer is not asked for. */
  readonly headOnly: boolean;
  /** The header `Accept`, where the request has one. */
  readonly accept: string | undefined;
  /** The body as text, with its size. Throws a `Refusal`. */
  readonly body: () => Promise<Body>;
}

export type Handler = (request: ApiRequest) => Answer | Promise<Answer>;

/** Who asks. Throws `not_signed_in` where nobody knows: the table of operations let in too many. */
export function principalOf({ principal }: ApiRequest): Principal {
  if (principal) return principal;
  throw new Refusal("not_signed_in", "This hub asks who you are: sign in first.");
}

/** Who asks, as the log of changes names them. */
export function askerOf(request: ApiRequest): Asker {
  const principal = principalOf(request);
  return { ...actorOf(principal, request.address), principal };
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Refuses parameters where a route has none, or has the `known` ones alone. */
export function onlyParameters(query: URLSearchParams, known: readonly string[] = []): void {
  for (const name of query.keys()) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const hint = nearest ? ` Did you mean ${nearest}?` : "";
    const allowed = known.length > 0 ? `allowed: ${known.join(", ")}` : "this address has none";
    throw new Refusal(
      "unknown_field",
      `Unknown parameter ${JSON.stringify(name.slice(0, 40).toWellFormed())}; ${allowed}.${hint}`,
    );
  }
}
