/** How people come in and go: the set-up code, passwords, and the sessions of their browsers. */
import type { Clock } from "../../ports.ts";
import type { PasswordOrder, SetupOrder, SignInOrder } from "../../protocol/access.ts";
import { Refusal } from "../../protocol/errors.ts";
import { type AccessChange, type PersonRecord, personKey, type SessionRecord } from "../../store/access.ts";
import { placeOf } from "../address.ts";
import type { Access } from "./access.ts";
import { type Actor, audited } from "./audit.ts";
import type { Passwords } from "./passwords.ts";
import { type Principal, personPrincipal } from "./principal.ts";
import { hashCookie, makeCookie, makeId } from "./secrets.ts";

/** Sessions that one person has at once; the one that was used longest ago gives way. */
const mostSessions = 50;
/** Of what a browser says it is, characters. */
const longestAgent = 256;

export interface Browser {
  readonly address: string;
  readonly agent: string;
}

/** A person who is signed in now. */
export interface SignedIn {
  readonly principal: Principal;
  /** For the browser alone; it is not kept. */
  readonly cookie: string;
}

export interface SignInDeps {
  readonly access: Access;
  readonly passwords: Passwords;
  readonly clock: Clock;
  /** How long a session lasts, ms. */
  readonly sessionAgeMs: number;
}

export class SignIn {
  readonly #deps: SignInDeps;

  constructor(deps: SignInDeps) {
    this.#deps = deps;
  }

  /** Throws `not_signed_in`, `rate_limited`. A name that nobody has takes as long as a wrong password. */
  async signIn({ name, password }: SignInOrder, browser: Browser): Promise<SignedIn> {
    const { access, passwords } = this.#deps;
    const { book, guesses } = access;
    const account = personKey(name);
    const tried = book.personNamed(name);
    // Who signed in from here before is not locked out by those who guess from elsewhere.
    const from = placeOf(browser.address);
    const isKnown = [...book.sessions()].some(
      ({ person: of, address }) => of === tried?.id && placeOf(address) === from,
    );
    const blocked = guesses.blocked(browser.address, isKnown ? undefined : account);
    if (blocked) throw blocked;
    const right = await passwords.matches(password, tried?.password, browser.address);
    // It was another password, or nobody, by now.
    const person = tried && book.person(tried.id);
    if (!right || !person || person.disabled || person.password !== tried.password) {
      guesses.count(browser.address, account);
      throw new Refusal("not_signed_in", "The name or the password is wrong, or the account is disabled.");
    }
    return this.#open(person, browser, [], "signIn");
  }

  /** Makes an admin. Throws `not_signed_in` where the code is wrong, `conflict` where the name is taken. */
  async setUp({ code, name, password }: SetupOrder, browser: Browser): Promise<SignedIn> {
    const { access, passwords, clock } = this.#deps;
    const { book, guesses } = access;
    const blocked = guesses.blocked(browser.address);
    if (blocked) throw blocked;
    if (!access.isSetupCode(code)) {
      guesses.count(browser.address);
      throw new Refusal(
        "not_signed_in",
        "This is not the set-up code, or it was used: the hub prints one at its start as long as there is no account, and with --setup always.",
      );
    }
    if (book.personNamed(name)) throw new Refusal("conflict", `There is an account ${JSON.stringify(name)} already.`);
    const person: PersonRecord = {
      ...{ id: makeId(), name, role: "admin", devices: null, disabled: false, createdMs: clock.now() },
      password: await passwords.hash(password),
    };
    if (!access.isSetupCode(code)) throw new Refusal("conflict", "The set-up code was used meanwhile.");
    const end = () => access.endSetup();
    const signedIn = await this.#open(person, browser, [{ put: "person", record: person }], "setUp", end);
    // Until now whoever came from this machine could do everything.
    if (!access.open) access.judgeAnew(({ kind }) => kind === "open");
    return signedIn;
  }

  /** Ends a session of a person: the browser is cut off. */
  async signOut(principal: Principal, actor: Actor): Promise<void> {
    if (principal.session === "") return;
    await this.end(principal.session, actor, "signOut");
  }

  /** Ends a session; false where there is none. */
  async end(id: string, actor: Actor, action = "endSession"): Promise<boolean> {
    const { access, clock } = this.#deps;
    const { book } = access;
    const session = book.session(id);
    if (!session) return false;
    const subject = book.person(session.person)?.name ?? "";
    await book.change(() => ({
      changes: [{ drop: "session", id }, audited(clock, actor, action, subject, { agent: session.agent })],
      result: undefined,
    }));
    access.revoke((principal) => principal.session === id, "this session was ended");
    return true;
  }

  /** Throws `not_allowed` where the old one is wrong. All other sessions of the person end. */
  async changePassword(principal: Principal, order: PasswordOrder, actor: Actor): Promise<void> {
    const { access, passwords, clock } = this.#deps;
    const { book, guesses } = access;
    const person = book.person(principal.id);
    if (principal.kind !== "person" || !person)
      throw new Refusal("not_allowed", "Only a person who signed in has a password.");
    const account = personKey(person.name);
    const blocked = guesses.blocked(actor.address, account);
    if (blocked) throw blocked;
    if (!(await passwords.matches(order.old, person.password))) {
      guesses.count(actor.address, account);
      throw new Refusal("not_allowed", "The old password is wrong.");
    }
    const password = await passwords.hash(order.new);
    await book.change(() => {
      const now = book.person(person.id);
      access.requireCurrent(principal);
      if (!now || now.password !== person.password)
        throw new Refusal("conflict", "This account was changed meanwhile: try again.");
      const others = [...book.sessions()].filter(({ id, person: of }) => of === now.id && id !== principal.session);
      const changes: AccessChange[] = [
        { put: "person", record: { ...now, password } },
        ...others.map(({ id }) => ({ drop: "session", id }) as const),
        audited(clock, actor, "changePassword", now.name, {}),
      ];
      return { changes, result: undefined };
    });
    access.revoke(
      ({ kind, id, session }) => kind === "person" && id === person.id && session !== principal.session,
      "the password was changed",
    );
  }

  async #open(
    person: PersonRecord,
    { address, agent }: Browser,
    before: readonly AccessChange[],
    action: string,
    onKept: () => void = () => {},
  ): Promise<SignedIn> {
    const { access, clock, sessionAgeMs } = this.#deps;
    const { book } = access;
    const cookie = makeCookie();
    const nowMs = clock.now();
    const session: SessionRecord = {
      ...{ id: makeId(), person: person.id, hash: hashCookie(cookie), createdMs: nowMs, seenMs: nowMs },
      ...{ expiresMs: nowMs + sessionAgeMs, agent: agent.slice(0, longestAgent).toWellFormed(), address },
    };
    await book.change(() => {
      const now = book.person(person.id);
      if (before.length === 0 && (!now || now.disabled || now.password !== person.password))
        throw new Refusal("not_signed_in", "This account was changed meanwhile: sign in again.");
      if (before.length > 0 && !access.hasSetupCode)
        throw new Refusal("conflict", "The set-up code was used meanwhile.");
      if (before.length > 0 && book.personNamed(person.name))
        throw new Refusal("conflict", `There is an account ${JSON.stringify(person.name)} already.`);
      const mine = [...book.sessions()].filter((one) => one.person === person.id || one.expiresMs <= nowMs);
      const over = mine.filter((one) => one.expiresMs <= nowMs);
      const live = mine.filter((one) => one.expiresMs > nowMs).sort((a, b) => b.seenMs - a.seenMs);
      const actor = { who: person.name, address };
      const changes: AccessChange[] = [
        ...before,
        ...[...over, ...live.slice(mostSessions - 1)].map(({ id }) => ({ drop: "session", id }) as const),
        { put: "session", record: session },
        audited(clock, actor, action, person.name, { agent: session.agent }),
      ];
      return { changes, result: undefined };
    });
    onKept();
    return { principal: personPrincipal(person, session), cookie };
  }
}
