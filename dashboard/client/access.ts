import type {
  Action,
  CloseCode,
  PasswordOrder,
  PersonEntry,
  SessionAnswer,
  SetupOrder,
  SignInOrder,
} from "../../server/protocol/index.ts";
import { backoffMs } from "./backoff.ts";
import { type HubApi, HubRefusal } from "./hub-api.ts";
import type { HubClient } from "./hub-client.ts";
import type { Rights } from "./rights.ts";
import type { TabToken } from "./tab-token.ts";
import type { Pending, Timers } from "./timers.ts";

/** The hub closes a connection with it whose owner it does not know, or no longer. */
const notSignedInCode = 4401 satisfies CloseCode;

/** An answer that did not come by then is not waited for, ms: a hub that is started again says nothing of what it was asked before. */
const answerMs = 10_000;

/** So long after somebody was let in again, ms, being sent away anew is no sign that it is of no use. */
const settledMs = 60_000;

/** A token, or a link, that this tab had and that is worth nothing. */
export interface TokenRefused {
  /** Who it was good for as long as it was; undefined where it never was. */
  readonly was: SessionAnswer | undefined;
}

export interface AccessOptions {
  readonly api: Pick<HubApi, "get" | "post" | "put" | "delete">;
  readonly token: Pick<TabToken, "value" | "keep" | "forget">;
  /** Told what whoever sits here may do. */
  readonly rights: Pick<Rights, "may" | "set">;
  /** The connection: it tries again what was refused where whoever sits here is let in. */
  readonly client: Pick<HubClient, "state" | "retry">;
  readonly timers: Timers;
  /** [0, 1), for the jitter. */
  readonly random: () => number;
  /** Somebody else sits here, or sees other devices: nothing that is shown may stay. */
  readonly another: () => void;
  /** Nobody sits here any more, or somebody else: what this browser keeps of what they used goes. */
  readonly left: () => void;
}

/** Who sits at this page, and what they may do: what the pages hide is hidden by this alone. The hub refuses it all the same. */
export class Access {
  readonly #options: AccessOptions;
  readonly #listeners = new Set<() => void>();
  #session: SessionAnswer | undefined;
  /** Who sat here last: what is shown is theirs, also while nobody is signed in. */
  #last: SessionAnswer | undefined;
  #tokenRefused: TokenRefused | undefined;
  /** Questions so far, and how many of them are on their way. */
  #asked = 0;
  #pending = 0;
  /** Since its last answer: questions that the hub did not answer. */
  #misses = 0;
  #again: Pending | undefined;
  /** Since when it was let in again and again, monotonic ms, and how often. */
  #letInMs = Number.NEGATIVE_INFINITY;
  #lettings = 0;
  /** Somebody is on their way in: what was asked before they are is no news. */
  #isEntering = false;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** What the hub said last; undefined before its first word. */
  get session(): SessionAnswer | undefined {
    return this.#session;
  }

  /** True while the hub is asked. */
  get isAsking(): boolean {
    return this.#pending > 0;
  }

  /** True where the hub wants to know who sits here, or who does may look at nothing. */
  get isOut(): boolean {
    return this.#session !== undefined && !this.#session.actions.includes("watch");
  }

  /** True where there is a connection and the hub does not say who sits here: what they may do is not known. */
  get isUntold(): boolean {
    return this.#session === undefined && this.#misses > 0 && this.#options.client.state.state === "open";
  }

  get tokenRefused(): TokenRefused | undefined {
    return this.#tokenRefused;
  }

  /** Whether who sits here may do that. Before the hub said so, nobody may. */
  readonly may = (action: Action): boolean => this.#options.rights.may(action);

  /** Calls after each change. Returns how to end it. */
  listen(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  /** Asks the hub who sits here, again and again until it says. What was said before stands meanwhile. */
  async ask(): Promise<void> {
    this.#asked += 1;
    const question = this.#asked;
    const { api, timers, token: tab } = this.#options;
    const token = tab.value;
    const given = new AbortController();
    this.#again?.cancel();
    const late = timers.after(answerMs, () => given.abort());
    this.#pending += 1;
    try {
      const session = await api.get<SessionAnswer>("session", { signal: given.signal, quiet: true });
      if (question !== this.#asked || this.#isEntering) return;
      if (session.kind === "none" && token !== undefined) await this.#withoutToken(token);
      else this.#take(session);
    } catch (error) {
      if (question !== this.#asked) return;
      if (token !== undefined && isNotSignedIn(error)) await this.#withoutToken(token);
      else this.#askLater();
    } finally {
      late.cancel();
      this.#pending -= 1;
    }
  }

  /** The page is seen again: whom the hub did not know may have signed in elsewhere meanwhile. */
  wake(): void {
    if (!this.isAsking && (this.#session === undefined || this.isOut || this.#isSentAway)) void this.ask();
  }

  /** The hub does not take this token, or no longer: without it there may still be somebody who is signed in. */
  refuseToken(token: string): void {
    if (this.#options.token.value !== token) return;
    this.#options.token.forget();
    this.#tokenRefused = { was: this.#session?.kind === "none" ? undefined : this.#session };
    this.#told();
  }

  /** From now on this tab comes with a token. */
  takeToken(text: string): void {
    this.#options.token.keep(text);
    this.tokenTaken();
  }

  /** The token that this tab has is another one. */
  tokenTaken(): void {
    this.#tokenRefused = undefined;
    this.#told();
    this.#options.client.retry();
    void this.ask();
  }

  /** By name and password, or by the set-up code. A token of this tab is forgotten: who signs in is a person. Rejects with a `HubRefusal`. */
  async signIn(order: SignInOrder | SetupOrder): Promise<void> {
    this.#options.token.forget();
    this.#enter(await this.#options.api.post<SessionAnswer>("code" in order ? "setup" : "session", order));
  }

  /** Makes the first account of a hub that is open here, an admin's, and signs in by it. Rejects with a `HubRefusal`. */
  async makeFirst(order: SignInOrder): Promise<void> {
    // With the account the hub sends away all who have none: that this page is one of them is over at once.
    this.#isEntering = true;
    try {
      await this.#options.api.post<PersonEntry>("people", { ...order, role: "admin" });
      await this.signIn(order);
    } catch (error) {
      void this.ask();
      throw error;
    } finally {
      this.#isEntering = false;
    }
  }

  async changePassword(order: PasswordOrder): Promise<void> {
    this.#enter(await this.#options.api.put<SessionAnswer>("session/password", order));
  }

  /** Ends the session, and forgets the token. */
  async signOut(): Promise<void> {
    if (this.#options.token.value === undefined) await this.#options.api.delete<SessionAnswer>("session");
    this.#options.token.forget();
    this.#leave();
  }

  #leave(): void {
    this.#options.left();
    this.#options.another();
  }

  #enter(session: SessionAnswer): void {
    // What was asked before is no answer any more.
    this.#asked += 1;
    this.#again?.cancel();
    this.#tokenRefused = undefined;
    this.#take(session);
  }

  #take(session: SessionAnswer): void {
    const before = this.#session;
    const last = this.#last;
    this.#session = session;
    this.#misses = 0;
    if (session.kind !== "none") this.#last = session;
    this.#options.rights.set(session.actions);
    this.#told();
    if (session.kind === "none") {
      this.#options.left();
      // Signed out elsewhere: nothing of theirs may stay. Of a link that ended the page has something to say.
      if (last !== undefined && this.#tokenRefused === undefined) this.#options.another();
    } else if (last !== undefined && !isSame(last, session)) this.#leave();
    else if (before?.kind !== session.kind) this.#options.client.retry();
    else if (this.#isSentAway) this.#letInAgain();
  }

  /** Sent away as somebody whom the hub does not know: by itself no connection comes back from that. */
  get #isSentAway(): boolean {
    const { state } = this.#options.client;
    return state.state === "ended" && state.code === notSignedInCode;
  }

  /** Known after all, as where they signed in again in another tab. A hub that knows them here and never on the socket is tried ever less. */
  #letInAgain(): void {
    const { client, random, timers } = this.#options;
    const nowMs = timers.monotonic();
    if (nowMs - this.#letInMs > settledMs) this.#lettings = 0;
    this.#letInMs = nowMs;
    timers.after(backoffMs(this.#lettings, random), () => this.#isSentAway && client.retry());
    this.#lettings += 1;
  }

  /** The hub did not answer. One that is away is asked when it is back; before its first word it is asked on. */
  #askLater(): void {
    const { client, random, timers } = this.#options;
    this.#again = timers.after(backoffMs(this.#misses, random), () => {
      if (this.#session === undefined || client.state.state === "open") void this.ask();
    });
    this.#misses += 1;
    this.#told();
  }

  async #withoutToken(token: string): Promise<void> {
    this.refuseToken(token);
    await this.ask();
  }

  #told(): void {
    for (const call of [...this.#listeners]) call();
  }
}

/** Whether both see the same devices as the same person. What they may do is shown anew by itself. */
function isSame(one: SessionAnswer, other: SessionAnswer): boolean {
  const seen = (session: SessionAnswer) => JSON.stringify([session.kind, session.name, session.devices]);
  return seen(one) === seen(other);
}

function isNotSignedIn(error: unknown): boolean {
  return error instanceof HubRefusal && error.code === "not_signed_in";
}
