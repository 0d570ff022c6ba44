/** Everybody who may come in, by heart: read at the start, changed in turn, and found by the digest of what they bring. */
import { Refusal } from "../../protocol/errors.ts";
import { isLiteral } from "../../protocol/selector.ts";
import {
  type AccessChange,
  type AccessState,
  type AccessStore,
  type PersonRecord,
  personKey,
  type SessionRecord,
  type TokenRecord,
} from "../../store/access.ts";

/** When somebody was last here is written so often, ms: it is news to people, and not worth a sync each time. */
const noteMs = 60_000;

/** Tokens of all kinds together. */
const mostTokens = 100_000;
/** Records in one change of the hub's own: commits wait for it. */
const mostAtOnce = 500;

interface Used {
  readonly atMs: number;
  readonly from: string;
}

export class AccessBook {
  readonly #store: AccessStore;
  readonly #people = new Map<string, PersonRecord>();
  readonly #sessions = new Map<string, SessionRecord>();
  readonly #tokens = new Map<string, TokenRecord>();
  readonly #sessionsByHash = new Map<string, SessionRecord>();
  readonly #tokensByHash = new Map<string, TokenRecord>();
  /** How many tokens are of this one device alone. */
  readonly #ownTokens = new Map<string, number>();
  /** Not yet on disk, by id. */
  readonly #used = new Map<string, Used>();
  #last: Promise<unknown> = Promise.resolve();
  /** Told after each change. */
  onChanged: () => void = () => {};
  /** Told after a person was added or changed. */
  onPeople: () => void = () => {};

  constructor(store: AccessStore, state: AccessState) {
    this.#store = store;
    for (const record of state.people) this.#take({ put: "person", record });
    for (const record of state.sessions) this.#take({ put: "session", record });
    for (const record of state.tokens) this.#take({ put: "token", record });
  }

  static async open(store: AccessStore): Promise<AccessBook> {
    return new AccessBook(store, await store.load());
  }

  get hasPeople(): boolean {
    return this.#people.size > 0;
  }

  get hasTokens(): boolean {
    return this.#tokens.size > 0;
  }

  people(): IterableIterator<PersonRecord> {
    return this.#people.values();
  }

  sessions(): IterableIterator<SessionRecord> {
    return this.#sessions.values();
  }

  /** In the order in which they were made. */
  tokens(): IterableIterator<TokenRecord> {
    return this.#tokens.values();
  }

  person(id: string): PersonRecord | undefined {
    return this.#people.get(id);
  }

  /** By name, as it is typed. */
  personNamed(name: string): PersonRecord | undefined {
    const key = personKey(name);
    for (const person of this.#people.values()) if (personKey(person.name) === key) return person;
    return undefined;
  }

  session(id: string): SessionRecord | undefined {
    return this.#sessions.get(id);
  }

  token(id: string): TokenRecord | undefined {
    return this.#tokens.get(id);
  }

  sessionOf(hash: string): SessionRecord | undefined {
    return this.#sessionsByHash.get(hash);
  }

  tokenOf(hash: string): TokenRecord | undefined {
    return this.#tokensByHash.get(hash);
  }

  /** Whether a device has a token of its own: nobody speaks for it with a fleet's key then. */
  hasOwnToken(device: string): boolean {
    return this.#ownTokens.has(device);
  }

  /** When a token or a session was last used: the newest that is known. */
  usedOf({ id }: { readonly id: string }, written: number | null): Used | undefined {
    return this.#used.get(id) ?? (written === null ? undefined : { atMs: written, from: "" });
  }

  /** Somebody came with a session or a token; written with `note`. */
  use(id: string, atMs: number, from: string): void {
    const known = this.#used.get(id);
    if (known && atMs - known.atMs < noteMs && known.from === from) return;
    this.#used.set(id, { atMs, from });
  }

  /**
   * Decides on changes and makes them, one caller after the other, so that what was looked at still holds; resolves once they
   * are on disk. Rejects with what `decide` throws, or with a `StoreError`.
   */
  change<T>(decide: () => { readonly changes: readonly AccessChange[]; readonly result: T }): Promise<T> {
    const turn = this.#last.then(async () => {
      const { changes, result } = decide();
      await this.#store.apply(changes);
      for (const change of changes) this.#take(change);
      this.onChanged();
      if (changes.some((change) => "put" in change && change.put === "person")) this.onPeople();
      return result;
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Throws `conflict` where the hub keeps no more tokens. */
  requireRoom(more: number): void {
    if (this.#tokens.size + more <= mostTokens) return;
    throw new Refusal("conflict", `The hub keeps at most ${mostTokens} tokens: revoke some first.`);
  }

  /** Drops what ended before a time. */
  async forget(beforeMs: number): Promise<void> {
    const changes: AccessChange[] = [];
    for (const { id, expiresMs } of this.#tokens.values())
      if (expiresMs !== null && expiresMs < beforeMs) changes.push({ drop: "token", id });
    for (const { id, expiresMs } of this.#sessions.values())
      if (expiresMs < beforeMs) changes.push({ drop: "session", id });
    if (changes.length > 0) await this.change(() => ({ changes: changes.slice(0, mostAtOnce), result: undefined }));
  }

  /** Writes when whom was last here. */
  async note(): Promise<void> {
    if (this.#used.size === 0) return;
    await this.change(() => {
      const changes: AccessChange[] = [];
      const used = [...this.#used].slice(0, mostAtOnce);
      for (const [id, { atMs, from }] of used) {
        const session = this.#sessions.get(id);
        const token = this.#tokens.get(id);
        if (session) changes.push({ put: "session", record: { ...session, seenMs: atMs } });
        if (token) changes.push({ put: "token", record: { ...token, usedMs: atMs, usedFrom: from } });
      }
      return { changes, result: used };
    }).then((used) => {
      for (const [id, one] of used) if (this.#used.get(id) === one) this.#used.delete(id);
    });
  }

  #take(change: AccessChange): void {
    if ("put" in change) {
      if (change.put === "person") this.#people.set(change.record.id, change.record);
      else if (change.put === "session") {
        this.#sessions.set(change.record.id, change.record);
        this.#sessionsByHash.set(change.record.hash, change.record);
      } else if (change.put === "token") {
        if (!this.#tokens.has(change.record.id)) this.#countOwn(change.record, 1);
        this.#tokens.set(change.record.id, change.record);
        this.#tokensByHash.set(change.record.hash, change.record);
      }
      return;
    }
    const { drop, id } = change;
    if (drop === "token") {
      const token = this.#tokens.get(id);
      this.#tokens.delete(id);
      if (!token) return;
      this.#tokensByHash.delete(token.hash);
      this.#countOwn(token, -1);
    } else if (drop === "session") this.#dropSession(id);
    else {
      this.#people.delete(id);
      for (const session of [...this.#sessions.values()]) if (session.person === id) this.#dropSession(session.id);
    }
  }

  #countOwn({ kind, devices }: TokenRecord, by: 1 | -1): void {
    const [only, ...others] = devices ?? [];
    if (kind !== "device" || only === undefined || others.length > 0 || !isLiteral(only)) return;
    const count = (this.#ownTokens.get(only) ?? 0) + by;
    if (count > 0) this.#ownTokens.set(only, count);
    else this.#ownTokens.delete(only);
  }

  #dropSession(id: string): void {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    if (session) this.#sessionsByHash.delete(session.hash);
  }
}
