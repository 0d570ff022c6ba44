import type { Action, PasswordOrder, SessionAnswer, SetupOrder, SignInOrder } from "../../server/protocol/index.ts";
import { type HubApi, HubRefusal } from "./hub-api.ts";
import type { Rights } from "./rights.ts";
import type { TabToken } from "./tab-token.ts";

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
  /** Whoever sat here is let in from now on: what was refused may be tried again. */
  readonly letIn: () => void;
  /** Somebody else sits here, or sees other devices: nothing that is shown may stay. */
  readonly another: () => void;
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

  /** Asks the hub who sits here. What was said before stands where it does not answer. */
  async ask(): Promise<void> {
    this.#asked += 1;
    const question = this.#asked;
    const token = this.#options.token.value;
    this.#pending += 1;
    try {
      const session = await this.#options.api.get<SessionAnswer>("session", { quiet: true });
      if (question !== this.#asked) return;
      if (session.kind === "none" && token !== undefined) await this.#withoutToken(token);
      else this.#take(session);
    } catch (error) {
      if (question === this.#asked && token !== undefined && isNotSignedIn(error)) await this.#withoutToken(token);
    } finally {
      this.#pending -= 1;
    }
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
    this.#options.letIn();
    void this.ask();
  }

  /** By name and password, or by the set-up code. A token of this tab is forgotten: who signs in is a person. Rejects with a `HubRefusal`. */
  async signIn(order: SignInOrder | SetupOrder): Promise<void> {
    this.#options.token.forget();
    this.#enter(await this.#options.api.post<SessionAnswer>("code" in order ? "setup" : "session", order));
  }

  async changePassword(order: PasswordOrder): Promise<void> {
    this.#enter(await this.#options.api.put<SessionAnswer>("session/password", order));
  }

  /** Ends the session, and forgets the token. */
  async signOut(): Promise<void> {
    if (this.#options.token.value === undefined) await this.#options.api.delete<SessionAnswer>("session");
    this.#options.token.forget();
    this.#options.another();
  }

  #enter(session: SessionAnswer): void {
    // What was asked before is no answer any more.
    this.#asked += 1;
    this.#tokenRefused = undefined;
    this.#take(session);
  }

  #take(session: SessionAnswer): void {
    const before = this.#session;
    const last = this.#last;
    this.#session = session;
    if (session.kind !== "none") this.#last = session;
    this.#options.rights.set(session.actions);
    this.#told();
    if (session.kind === "none") {
      // Signed out elsewhere: nothing of theirs may stay. Of a link that ended the page has something to say.
      if (last !== undefined && this.#tokenRefused === undefined) this.#options.another();
    } else if (last !== undefined && !isSame(last, session)) this.#options.another();
    else if (before?.kind !== session.kind) this.#options.letIn();
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
