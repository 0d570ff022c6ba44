/** Who may use the hub: everybody where it is open, else this machine itself and whoever has the hub's token. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock, Log } from "../ports.ts";
import { type About, Refusal } from "../protocol/errors.ts";

/** What a way in knows of a connection or a request. */
export interface Entrance {
  /** The address of the other end. */
  readonly address: string;
  /** True where it comes from this machine, and no proxy handed it on. */
  readonly local: boolean;
  /** The token that it brought, if any. */
  readonly token: string | undefined;
}

/** Wrong tokens of one address within `windowMs` after which it is not listened to for `blockMs`. */
const mostWrong = 10;
const windowMs = 60_000;
const blockMs = 60_000;

/** Addresses remembered at once; beyond it the oldest is forgotten, so that many addresses cost no memory without end. */
const mostAddresses = 10_000;

/** Anything longer is no token of the hub's, and is not worth a hash. */
const longestToken = 512;

const howToSignIn =
  "send the hub's token as Authorization: Bearer TOKEN, or on a socket in hello.token (reading.token without hello). Who lost it starts the hub with --new-token to get another";

interface Trials {
  /** When the window began, or the block, ms of the monotonic clock. */
  sinceMs: number;
  wrong: number;
  blocked: boolean;
  /** Tokens that came while it was blocked, not looked at. */
  turnedAway: number;
}

/** SHA-256 of a token as it is typed: capitals, dashes and letters that look like digits (o, i, l) make no difference. */
export function hashToken(token: string): Buffer {
  const plain = token.toLowerCase().replace(/[\s-]/g, "").replaceAll("o", "0").replace(/[il]/g, "1");
  return createHash("sha256").update(plain).digest();
}

export class Access {
  readonly #hash: Buffer | undefined;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #trials = new Map<string, Trials>();
  #wrong = 0;
  #turnedAway = 0;

  /** `hash`: of the hub's token; without one the hub is open. */
  constructor(hash: Buffer | undefined, clock: Clock, log: Log) {
    this.#hash = hash;
    this.#clock = clock;
    this.#log = log;
  }

  /** True where nobody needs a token. */
  get open(): boolean {
    return this.#hash === undefined;
  }

  /** Since the start: tokens that were wrong, and tokens that were not looked at because of those before. */
  get counts(): { readonly wrong: number; readonly turnedAway: number } {
    return { wrong: this.#wrong, turnedAway: this.#turnedAway };
  }

  /** Undefined lets in; else why not. `about` numbers the message that brought the token. */
  judge({ address, local, token }: Entrance, about?: About): Refusal | undefined {
    if (this.#hash === undefined || local) return undefined;
    if (token === undefined)
      return new Refusal("not_signed_in", `This hub needs its token: ${howToSignIn}.`, undefined, about);
    const key = keyOf(address);
    const leftMs = this.#blockLeftMs(key);
    if (leftMs > 0) {
      const retryAfter = Math.ceil(leftMs / 1_000);
      const message = `Too many wrong tokens came from this address: try again in ${retryAfter} s.`;
      return new Refusal("rate_limited", message, { retryAfter }, about);
    }
    if (this.#matches(token)) {
      this.#trials.delete(key);
      return undefined;
    }
    this.#count(key, address);
    return new Refusal("not_signed_in", `This is not the hub's token: ${howToSignIn}.`, undefined, about);
  }

  /** True for the hub's own token: where it stands in an address it must not be used, told or logged. */
  isToken(text: string): boolean {
    return this.#hash !== undefined && this.#matches(text);
  }

  /** Both sides are digests of one length, so neither the length nor a right beginning can be told from the time it takes. */
  #matches(token: string): boolean {
    if (this.#hash === undefined || token.length > longestToken) return false;
    return timingSafeEqual(hashToken(token), this.#hash);
  }

  /** How long an address is not listened to any more, ms; counts who came meanwhile. */
  #blockLeftMs(key: string): number {
    const trials = this.#trials.get(key);
    if (!trials?.blocked) return 0;
    const leftMs = trials.sinceMs + blockMs - this.#clock.monotonic();
    if (leftMs <= 0) {
      this.#trials.delete(key);
      return 0;
    }
    trials.turnedAway += 1;
    this.#turnedAway += 1;
    return leftMs;
  }

  #count(key: string, address: string): void {
    this.#wrong += 1;
    const nowMs = this.#clock.monotonic();
    let trials = this.#trials.get(key);
    if (!trials || nowMs - trials.sinceMs >= windowMs) {
      this.#trials.delete(key);
      if (this.#trials.size >= mostAddresses) this.#trials.delete(this.#trials.keys().next().value as string);
      trials = { sinceMs: nowMs, wrong: 0, blocked: false, turnedAway: 0 };
      this.#trials.set(key, trials);
      this.#log.warn("a wrong token was refused; further ones of this minute are counted", { address });
    }
    trials.wrong += 1;
    if (trials.wrong < mostWrong) return;
    trials.blocked = true;
    trials.sinceMs = nowMs;
    this.#log.warn("too many wrong tokens: tokens from this address are not looked at for a minute", {
      address,
      wrong: trials.wrong,
    });
  }
}

/** An IPv6 network gives a machine as many addresses as it likes: all of its /64 are one. */
function keyOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, "");
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("%")[0]?.split("::") ?? [];
  const first = head === "" ? [] : head.split(":");
  const last = tail ? tail.split(":") : [];
  const middle = tail === undefined ? [] : Array<string>(Math.max(0, 8 - first.length - last.length)).fill("0");
  return [...first, ...middle, ...last].slice(0, 4).join(":");
}
