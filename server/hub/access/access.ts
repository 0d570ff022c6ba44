/** Who may use the hub: judges what a connection or a request brings, by who is known, and ends what was let in before. */
import { isLoopbackAddress } from "../../loopback.ts";
import type { Clock, Log, Timer } from "../../ports.ts";
import type { CloseCode } from "../../protocol/codes.ts";
import { type About, Refusal } from "../../protocol/errors.ts";
import type { TokenRecord } from "../../store/access.ts";
import type { AccessBook } from "./book.ts";
import { defaultEnrolments, Enrolments } from "./enrolments.ts";
import { Failures } from "./failures.ts";
import {
  companionPrincipal,
  openPrincipal,
  type Principal,
  personPrincipal,
  tokenPrincipal,
  toolPrincipal,
} from "./principal.ts";
import { Requests } from "./requests.ts";
import {
  fleetMark,
  hashCookie,
  hashToken,
  isOwnToken,
  longestToken,
  makeId,
  makeSetupCode,
  makeToken,
  ownPart,
  sameDigest,
} from "./secrets.ts";

/** What a way in knows of a connection or a request. */
export interface Entrance {
  /** The address of the other end. */
  readonly address: string;
  /** True where it comes from this machine, and no proxy handed it on. */
  readonly local: boolean;
  /** The token that it brought, if any. */
  readonly token: string | undefined;
  /** What the cookie of a session holds, if it brought one. */
  readonly cookie?: string | undefined;
  /** The device that it says it is, where that is known already. */
  readonly device?: string | undefined;
}

export interface AccessOptions {
  readonly book: AccessBook;
  /**
   * Who can reach the hub: programs of this machine alone; others, too, which sign in; or everybody, who may do everything
   * (`--open`). As long as there are no people nobody of this machine needs to sign in.
   */
  readonly reach: "machine" | "network" | "everybody";
  /** Requests of devices that wait at once. */
  readonly requests: number;
  /** Devices that one fleet's key gives a token of their own in an hour. */
  readonly enrolments?: number;
  /** There were people before, and nobody knows of them any more: the database was damaged and put aside. */
  readonly lostPeople?: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** When whom was last here is written to the disk, ms. */
const noteMs = 60_000;
/** A timer that is set no further ahead: the wall clock may be set meanwhile, and timers hold no more than 24 days. */
const farthestMs = 60_000;
/** A token or a session that ended so long ago is forgotten, ms: until then people see that it did. */
const forgetMs = 30 * 86_400_000;

const howToSignIn =
  "a device sends its token in hello.token (reading.token without hello) or as Authorization: Bearer TOKEN; people sign in on the page. Tokens are made there, under Access";

export class Access {
  readonly book: AccessBook;
  /** Wrong tokens. */
  readonly failures: Failures;
  /** Wrong passwords and set-up codes: a right token is no way to go on guessing at them. */
  readonly guesses: Failures;
  readonly requests: Requests;
  readonly #options: AccessOptions;
  readonly #enrolments: Enrolments;
  /** What the programs bring that the hub starts beside itself, until it ends. */
  readonly companionToken = makeToken();
  readonly #companionHash = hashToken(this.companionToken);
  /** What tools of this machine bring that can read the hub's folder, where it lies while the hub runs. */
  readonly toolToken = makeToken();
  readonly #toolHash = hashToken(this.toolToken);
  #setupHash: string | undefined;
  #note: Timer | undefined;
  #expiry: Timer | undefined;
  #end: (affected: (principal: Principal) => boolean, code: CloseCode, reason: string) => void = () => {};
  #connections: () => Iterable<Principal> = () => [];

  constructor(options: AccessOptions) {
    this.#options = options;
    this.book = options.book;
    this.failures = new Failures("token", options.clock, options.log);
    this.guesses = new Failures("password", options.clock, options.log);
    this.requests = new Requests(options.clock, options.requests);
    const { clock, log, enrolments: perHour = defaultEnrolments } = options;
    this.#enrolments = new Enrolments({ clock, log, perHour, book: this.book });
    this.#noteLater();
    this.#endExpired();
    this.book.onChanged = () => this.#endExpired();
  }

  /** True where nobody who can reach the hub needs to sign in. */
  get open(): boolean {
    const { reach } = this.#options;
    return reach === "everybody" || (reach === "machine" && !this.#hasPeople);
  }

  get #hasPeople(): boolean {
    return this.book.hasPeople || this.#options.lostPeople === true;
  }

  /** Since the start: tokens and passwords that were wrong, and those that were not looked at because of that. */
  get counts(): { readonly wrong: number; readonly turnedAway: number } {
    const [tokens, passwords] = [this.failures.counts, this.guesses.counts];
    return { wrong: tokens.wrong + passwords.wrong, turnedAway: tokens.turnedAway + passwords.turnedAway };
  }

  /** Whether whoever comes this way may do everything. */
  openTo({ local }: Pick<Entrance, "local">): boolean {
    return this.#options.reach === "everybody" || (local && !this.#hasPeople);
  }

  /** Whether somebody who was let in may still do what they could then: what they ask may have taken a while to come. */
  isCurrent(principal: Principal): boolean {
    const { kind, id, role, session, devices } = principal;
    if (kind === "open") return this.openTo({ local: true });
    if (id === "") return true;
    const nowMs = this.#options.clock.now();
    if (kind !== "person") {
      const token = this.book.token(id);
      return token !== undefined && (token.expiresMs === null || token.expiresMs > nowMs);
    }
    const kept = this.book.session(session);
    const person = this.book.person(id);
    if (!kept || kept.expiresMs <= nowMs || !person || person.disabled) return false;
    const now = personPrincipal(person, kept);
    return now.role === role && JSON.stringify(now.devices) === JSON.stringify(devices);
  }

  /** Throws where somebody may no longer do what they could when they asked. */
  requireCurrent(principal: Principal): void {
    if (this.isCurrent(principal)) return;
    throw new Refusal("not_signed_in", "What you may do has changed, or ended, while this was on its way.");
  }

  /** Who it is; a refusal where nobody knows. `about` numbers the message that brought the token. */
  judge(entrance: Entrance, about?: About): Principal | Refusal {
    const found = this.#find(entrance, about);
    if (found) return found;
    // A device with a token of its own making guesses at nothing, whether or not it can ask to be let in now.
    const { token = "", device, address } = entrance;
    const isOwn = device !== undefined && isOwnToken(token);
    const knocked = isOwn ? this.requests.knock(device, hashToken(ownPart(token)), address) : undefined;
    if (knocked) return new Refusal(knocked.code, knocked.message, knocked.details, about);
    if (!isOwn) this.failures.count(address);
    return this.#unknownToken(about);
  }

  /** The same where what still comes names a device; undefined where it is judged with that, since it may ask to be let in. */
  judgeBefore(entrance: Entrance): Principal | Refusal | undefined {
    const found = this.#find(entrance);
    return found ?? (isOwnToken(entrance.token) ? undefined : this.judge(entrance));
  }

  /** Undefined where it brings a token that nobody knows. */
  #find(entrance: Entrance, about?: About): Principal | Refusal | undefined {
    const { address, token, cookie } = entrance;
    const beside = token === undefined ? undefined : this.#besideOf(token, address);
    if (beside) return beside;
    if (this.openTo(entrance)) return openPrincipal;
    if (token === undefined) {
      const person = cookie === undefined ? undefined : this.#personOf(cookie, address);
      return person ?? new Refusal("not_signed_in", `This hub asks who you are: ${howToSignIn}.`, undefined, about);
    }
    const blocked = this.failures.blocked(address, undefined, about);
    if (blocked) return blocked;
    const known = token.length > longestToken ? undefined : this.#principalOf(token, entrance);
    if (known instanceof Refusal) return new Refusal(known.code, known.message, known.details, about);
    if (known) this.failures.forgive(address);
    return known;
  }

  #unknownToken(about?: About): Refusal {
    return new Refusal("not_signed_in", `Nobody is known by this token: ${howToSignIn}.`, undefined, about);
  }

  /** Connections ask it who has to go. `end` closes those that are affected; `connections` tells whose are open. */
  watch(
    end: (affected: (principal: Principal) => boolean, code: CloseCode, reason: string) => void,
    connections: () => Iterable<Principal>,
  ): void {
    this.#end = end;
    this.#connections = connections;
  }

  /** Open connections by the id of their token or person. */
  connectionsById(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { id } of this.#connections()) if (id !== "") counts.set(id, (counts.get(id) ?? 0) + 1);
    return counts;
  }

  /** What these may is over: they are told that nobody knows them any more. */
  revoke(affected: (principal: Principal) => boolean, reason: string): void {
    this.#end(affected, 4401, reason);
  }

  /** What these may has changed: they come back, and are judged anew. */
  judgeAnew(affected: (principal: Principal) => boolean): void {
    this.#end(affected, 1012, "what you may do has changed; come back");
  }

  /** A code that makes an admin, once; the one before is worth nothing any more. */
  makeSetupCode(): string {
    const code = makeSetupCode();
    this.#setupHash = hashToken(code);
    return code;
  }

  /** Whether it is the set-up code. Guesses are counted by whoever asks. */
  isSetupCode(code: string): boolean {
    return this.#setupHash !== undefined && sameDigest(hashToken(code), this.#setupHash);
  }

  /** There is a set-up code that was not used yet. */
  get hasSetupCode(): boolean {
    return this.#setupHash !== undefined;
  }

  /** The set-up code was used. */
  endSetup(): void {
    this.#setupHash = undefined;
  }

  async stop(): Promise<void> {
    this.#note?.cancel();
    this.#expiry?.cancel();
    this.book.onChanged = () => {};
    await this.#enrolments.stop();
    // Its last time is not worth a failed stop.
    await this.book.note().catch(() => {});
  }

  /** Programs of this machine that the hub made the token of itself. */
  #besideOf(token: string, address: string): Principal | undefined {
    if (token.length > longestToken || !isLoopbackAddress(address)) return undefined;
    const hash = hashToken(token);
    if (sameDigest(hash, this.#companionHash)) return companionPrincipal;
    return sameDigest(hash, this.#toolHash) ? toolPrincipal : undefined;
  }

  #personOf(cookie: string, address: string): Principal | undefined {
    const nowMs = this.#options.clock.now();
    const session = this.book.sessionOf(hashCookie(cookie));
    const person = session && this.book.person(session.person);
    if (!person || person.disabled || session.expiresMs <= nowMs) return undefined;
    this.book.use(session.id, nowMs, address);
    return personPrincipal(person, session);
  }

  #principalOf(text: string, { address, device }: Entrance): Principal | Refusal | undefined {
    const mark = text.indexOf(fleetMark);
    const known = this.#valid(mark < 0 ? text : text.slice(mark + 1), address);
    if (known) return known.kind === "fleet" ? this.#fleet(known) : tokenPrincipal(known);
    const fleet = mark < 0 ? undefined : this.#valid(text.slice(0, mark), address);
    if (fleet?.kind !== "fleet") return undefined;
    const principal = this.#fleet(fleet);
    // Over HTTP nobody knows yet which device it is: it speaks for it by the fleet's key, and keeps its own for a socket.
    if (device === undefined) return principal;
    return principal.sees(device) ? this.#enrol(device, text.slice(mark + 1), fleet) : undefined;
  }

  #valid(text: string, address: string): TokenRecord | undefined {
    const nowMs = this.#options.clock.now();
    const known = this.book.tokenOf(hashToken(text));
    if (!known || (known.expiresMs !== null && known.expiresMs <= nowMs)) return undefined;
    this.book.use(known.id, nowMs, address);
    return known;
  }

  /** A fleet's key speaks for devices of the fleet that have none of their own. */
  #fleet(record: TokenRecord): Principal {
    const principal = tokenPrincipal(record);
    return { ...principal, sees: (device) => principal.sees(device) && !this.book.hasOwnToken(device) };
  }

  /** Makes the token that a device brought along with a fleet's key its own; should that fail, it comes again with both. */
  #enrol(device: string, own: string, fleet: TokenRecord): Principal | Refusal | undefined {
    if (!isOwnToken(own)) return undefined;
    const refusal = this.#enrolments.refuse(fleet);
    if (refusal) return refusal;
    const atMs = this.#options.clock.now();
    const record: TokenRecord = {
      ...{ id: makeId(), kind: "device", name: "", hash: hashToken(own), devices: [device], alias: null, role: null },
      ...{ createdMs: atMs, createdBy: fleet.name, expiresMs: null, usedMs: atMs, usedFrom: "", replaces: null },
    };
    this.book
      .change(() => {
        if (this.book.hasOwnToken(device)) throw new Error(`${device} has a token of its own by now`);
        this.book.requireRoom(1);
        const entries = this.#enrolments.entriesOf(fleet, device);
        return { changes: [{ put: "token", record }, ...entries], result: entries.length > 0 };
      })
      .then((isTold) => this.#enrolments.enrolled(fleet, device, isTold))
      .catch((error: unknown) => {
        this.#enrolments.failed(fleet, device, error);
        // Nobody could revoke what is in no list.
        this.revoke(({ id }) => id === record.id, "this device could not be given a token of its own; come again");
      });
    return tokenPrincipal(record);
  }

  /** Ends what is over by now, and comes back when the next one is. */
  #endExpired(): void {
    this.#expiry?.cancel();
    const { clock } = this.#options;
    const nowMs = clock.now();
    const over = new Set<string>();
    let nextMs = nowMs + farthestMs;
    for (const records of [this.book.tokens(), this.book.sessions()]) {
      for (const { id, expiresMs } of records) {
        if (expiresMs === null) continue;
        if (expiresMs <= nowMs) over.add(id);
        else nextMs = Math.min(nextMs, expiresMs);
      }
    }
    if (over.size > 0)
      this.revoke(({ id, session }) => over.has(session === "" ? id : session), "what let you in has expired");
    this.book.forget(nowMs - forgetMs).catch((error: unknown) => {
      this.#options.log.warn("what ended long ago could not be forgotten", { error: String(error) });
    });
    this.#expiry = clock.after(nextMs - nowMs, () => this.#endExpired());
  }

  #noteLater(): void {
    this.#note = this.#options.clock.after(noteMs, () => {
      this.book.note().catch((error: unknown) => {
        this.#options.log.warn("when tokens were last used could not be written", { error: String(error) });
      });
      this.#noteLater();
    });
  }
}
