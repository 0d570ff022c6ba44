/** Tokens of devices, fleets, programs and links: made, rotated and revoked, and the requests that become one. */
import type { Clock } from "../../ports.ts";
import type { AcceptOrder, NewTokenAnswer, RequestEntry, TokenEntry, TokenOrder } from "../../protocol/access.ts";
import { Refusal } from "../../protocol/errors.ts";
import { compileSelectors, isLiteral } from "../../protocol/selector.ts";
import type { AccessChange, TokenRecord } from "../../store/access.ts";
import type { Access } from "./access.ts";
import { type Actor, audited } from "./audit.ts";
import type { Principal } from "./principal.ts";
import { hashToken, makeId, makeToken } from "./secrets.ts";

const dayMs = 86_400_000;
/** How long a token that was rotated is still good where nobody says otherwise. */
const overlapMs = dayMs;
/** A link for guests lasts no longer. */
const longestLinkMs = 366 * dayMs;

export interface TokensDeps {
  readonly access: Access;
  readonly clock: Clock;
  /** Whether something came from a device of this id. */
  readonly isKnown: (device: string) => boolean;
}

/** Who asks: their selectors limit what they see and whom they let in. */
export interface Asker extends Actor {
  readonly principal: Principal;
}

export class Tokens {
  readonly #deps: TokensDeps;

  constructor(deps: TokensDeps) {
    this.#deps = deps;
  }

  /** Those that the asker may let in, the newest first. */
  list({ principal }: Asker): TokenEntry[] {
    const connections = this.#deps.access.connectionsById();
    const seen = [...this.#book.tokens()].filter(({ devices }) => coversAll(principal, devices));
    return seen.reverse().map((token) => this.#entry(token, connections));
  }

  async add(order: TokenOrder, asker: Asker): Promise<NewTokenAnswer> {
    const [made] = await this.#add([this.#checked(order, asker)], asker, "addToken");
    return made as NewTokenAnswer;
  }

  /** One for each device; all or none. */
  addMany(
    devices: readonly { readonly device: string; readonly name: string }[],
    asker: Asker,
  ): Promise<NewTokenAnswer[]> {
    const orders = devices.map(({ device, name }) =>
      this.#checked({ kind: "device", devices: [device], ...(name === "" ? {} : { name }) }, asker),
    );
    return this.#add(orders, asker, "addTokens");
  }

  /** Another token for the same; the old one ends after `forMs`. Throws `not_found`. */
  async rotate(id: string, forMs: number | undefined, asker: Asker): Promise<NewTokenAnswer> {
    const { access, clock } = this.#deps;
    const token = makeToken();
    const made = await this.#book.change(() => {
      access.requireCurrent(asker.principal);
      this.#book.requireRoom(1);
      const before = this.require(id, asker);
      const nowMs = clock.now();
      const isOver = before.expiresMs !== null && before.expiresMs <= nowMs;
      if (isOver || [...this.#book.tokens()].some(({ replaces }) => replaces === id))
        throw new Refusal("conflict", "This token has ended, or was rotated already: rotate the newer one.");
      const untilMs = nowMs + (forMs ?? overlapMs);
      const record: TokenRecord = {
        ...{ ...before, id: makeId(), hash: hashToken(token), replaces: id, createdMs: nowMs, createdBy: asker.who },
        ...{ usedMs: null, usedFrom: "" },
      };
      const expiresMs = Math.min(before.expiresMs ?? untilMs, untilMs);
      const changes: AccessChange[] = [
        { put: "token", record: { ...before, expiresMs } },
        { put: "token", record },
        audited(clock, asker, "rotateToken", subjectOf(record), { oldUntil: expiresMs }),
      ];
      return { changes, result: record };
    });
    return { ...this.#entry(made, new Map()), token };
  }

  /** Whoever came with it is cut off. Throws `not_found`. */
  async remove(id: string, asker: Asker): Promise<void> {
    const { access, clock } = this.#deps;
    await this.#book.change(() => {
      access.requireCurrent(asker.principal);
      const token = this.require(id, asker);
      const entry = audited(clock, asker, "removeToken", subjectOf(token), { kind: token.kind });
      return { changes: [{ drop: "token", id }, entry], result: undefined };
    });
    access.revoke((principal) => principal.kind !== "person" && principal.id === id, "this token was revoked");
  }

  /** Requests of devices that the asker may let in. */
  requests({ principal }: Asker): RequestEntry[] {
    const { access, isKnown } = this.#deps;
    return access.requests
      .list()
      .filter(({ device }) => principal.sees(device))
      .map(({ code, device, address, firstMs, lastMs, count }) => ({
        ...{ code, device, address, first: firstMs, last: lastMs, count, known: isKnown(device) },
      }));
  }

  /** The token that a device came with is its own from now on. Throws `not_found`. */
  async accept({ code, as }: AcceptOrder, asker: Asker): Promise<TokenEntry> {
    const { access, clock } = this.#deps;
    const request = access.requests.find(code);
    if (!request || !asker.principal.sees(request.device) || (as !== undefined && !asker.principal.sees(as)))
      throw new Refusal(
        "not_found",
        `Nobody waits under the code ${JSON.stringify(code.slice(0, 20).toWellFormed())}.`,
      );
    if (as !== undefined) this.#requireKnown(as);
    const device = as ?? request.device;
    const replaces = as !== undefined;
    const made = await this.#book.change(() => {
      access.requireCurrent(asker.principal);
      this.#book.requireRoom(1);
      if (this.#book.tokenOf(request.hash)) throw new Refusal("conflict", "This token was accepted already.");
      const former = [...this.#book.tokens()].filter(
        ({ kind, devices }) => replaces && kind === "device" && devices?.length === 1 && devices[0] === device,
      );
      const record: TokenRecord = {
        ...{ id: makeId(), kind: "device", name: "", hash: request.hash, devices: [device], role: null },
        alias: request.device === device ? null : request.device,
        ...{ createdMs: clock.now(), createdBy: asker.who, expiresMs: null, usedMs: null, usedFrom: "" },
        replaces: former.at(-1)?.id ?? null,
      };
      const details = { device: request.device, address: request.address, replaced: former.length };
      const changes: AccessChange[] = [
        ...former.map(({ id }) => ({ drop: "token", id }) as const),
        { put: "token", record },
        audited(clock, asker, "acceptRequest", device, details),
      ];
      return { changes, result: { record, former } };
    });
    access.requests.remove(request);
    const over = new Set(made.former.map(({ id }) => id));
    access.revoke(({ kind, id }) => kind === "device" && over.has(id), "another device took its place");
    return this.#entry(made.record, new Map());
  }

  /** Throws `not_found`. */
  dismiss(code: string, { principal }: Asker): void {
    const { requests } = this.#deps.access;
    const request = requests.find(code);
    if (!request || !principal.sees(request.device))
      throw new Refusal(
        "not_found",
        `Nobody waits under the code ${JSON.stringify(code.slice(0, 20).toWellFormed())}.`,
      );
    requests.dismiss(request);
  }

  get #book() {
    return this.#deps.access.book;
  }

  /** What is to be made, within what the asker may. */
  #checked({ kind, name = "", devices, alias, role, lifetime }: TokenOrder, { principal, who }: Asker) {
    if (kind === "device" && devices === undefined)
      throw new Refusal("invalid_value", "A device's token needs devices: those that it speaks for.");
    if (kind === "link" && (lifetime === undefined || lifetime > longestLinkMs))
      throw new Refusal("invalid_value", `A link needs a lifetime of at most ${longestLinkMs} ms (366 days).`);
    if (role !== undefined && kind !== "program") throw new Refusal("invalid_value", "Only a program has a role.");
    const [only, ...others] = devices ?? [];
    if (alias !== undefined && (kind !== "device" || only === undefined || others.length > 0 || !isLiteral(only)))
      throw new Refusal("invalid_value", "alias needs a device's token for one device without a star.");
    const limited = devices ?? principal.devices ?? null;
    const replaced = alias === undefined ? undefined : only;
    if (!coversAll(principal, limited))
      throw new Refusal(
        "not_allowed",
        `You may let in ${(principal.devices ?? []).join(", ")} alone: name devices among those.`,
      );
    if (replaced !== undefined) this.#requireKnown(replaced);
    const nowMs = this.#deps.clock.now();
    return {
      ...{ kind, name, devices: limited, alias: alias ?? null, createdMs: nowMs, createdBy: who },
      role: kind === "program" ? (role ?? "viewer") : null,
      expiresMs: lifetime === undefined ? null : nowMs + lifetime,
      ...{ usedMs: null, usedFrom: "", replaces: null },
    } as const;
  }

  /** Throws `unknown_device`: the place of one that was mistyped is nobody's, and the broken one's token stayed good. */
  #requireKnown(device: string): void {
    if (this.#deps.isKnown(device) || this.#book.hasOwnToken(device)) return;
    const hint = "name the one whose place is taken as GET /api/v1/devices lists it";
    throw new Refusal("unknown_device", `There is no device ${JSON.stringify(device)}: ${hint}.`);
  }

  #add(orders: readonly Omit<TokenRecord, "id" | "hash">[], asker: Asker, action: string): Promise<NewTokenAnswer[]> {
    const { access, clock } = this.#deps;
    const made = orders.map((order) => {
      const token = makeToken();
      return { token, record: { ...order, id: makeId(), hash: hashToken(token) } satisfies TokenRecord };
    });
    return this.#book.change(() => {
      access.requireCurrent(asker.principal);
      this.#book.requireRoom(made.length);
      const changes = made.flatMap(({ record }): AccessChange[] => {
        const { kind, devices, role, expiresMs } = record;
        const details = { kind, devices, role, expires: expiresMs };
        return [{ put: "token", record }, audited(clock, asker, action, subjectOf(record), details)];
      });
      const result = made.map(({ token, record }) => ({ ...this.#entry(record, new Map()), token }));
      return { changes, result };
    });
  }

  /** Throws `not_found`. */
  require(id: string, { principal }: Pick<Asker, "principal">): TokenRecord {
    const token = this.#book.token(id);
    if (token && coversAll(principal, token.devices)) return token;
    throw new Refusal("not_found", "There is no such token; GET /api/v1/tokens lists those there are.");
  }

  #entry(record: TokenRecord, connections: ReadonlyMap<string, number>): TokenEntry {
    const { id, kind, name, devices, alias, role, createdMs, createdBy, expiresMs, usedMs, usedFrom, replaces } =
      record;
    const used = this.#book.usedOf(record, usedMs);
    return {
      ...{ id, kind, name, devices: devices === null ? null : [...devices], alias, createdBy, replaces },
      role: role === "admin" ? null : role,
      ...{ created: createdMs, expires: expiresMs, used: used?.atMs ?? null, usedFrom: used?.from || usedFrom },
      connections: connections.get(id) ?? 0,
    };
  }
}

/** Whether somebody may let all of these in: a selector lies within another one that takes its stars for letters. */
function coversAll({ devices: mine }: Principal, devices: readonly string[] | null): boolean {
  if (mine === undefined) return true;
  return devices?.every((one) => mine.some((selector) => compileSelectors([selector])(one))) ?? false;
}

function subjectOf({ name, devices }: Pick<TokenRecord, "name" | "devices">): string {
  return name || (devices ?? ["*"]).slice(0, 3).join(", ");
}
