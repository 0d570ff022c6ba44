/** Who may use the hub: everybody where it is open, else this machine itself and whoever has the hub's token. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock, Log } from "../ports.ts";
import { type About, Refusal } from "../protocol/errors.ts";
import { Throttle } from "./throttle.ts";

/** What a way in knows of a connection or a request. */
export interface Entrance {
  /** The address of the other end. */
  readonly address: string;
  /** True where it comes from this machine, and no proxy handed it on. */
  readonly local: boolean;
  /** The token that it brought, if any. */
  readonly token: string | undefined;
}

/** After 10 wrong tokens of an address within a minute it is not listened to for a minute. */
const ofAddress = { most: 10, windowMs: 60_000, blockMs: 60_000 } as const;

/**
 * A machine takes as many IPv6 addresses of its network (/64) as it likes, so networks are counted, too. But a home is one
 * network: one board with an old token must not lock out all others in it, so a network may fail more often.
 */
const ofNetwork = { ...ofAddress, most: 100 } as const;

/** Anything longer is no token of the hub's, and is not worth a hash. */
const longestToken = 512;

const howToSignIn =
  "send the hub's token as Authorization: Bearer TOKEN, or on a socket in hello.token (reading.token without hello). Who lost it starts the hub with --new-token to get another";

/** SHA-256 of a token as it is typed: capitals, dashes and letters that look like digits (o, i, l) make no difference. */
export function hashToken(token: string): Buffer {
  const plain = token.toLowerCase().replace(/[\s-]/g, "").replaceAll("o", "0").replace(/[il]/g, "1");
  return createHash("sha256").update(plain).digest();
}

/**
 * Whether there is something in a text that looks like a token of a hub, as it is printed. Whether it is the right one must
 * not be looked at in places where nobody counts the guesses.
 */
export function looksLikeToken(text: string): boolean {
  return /(?<![0-9a-z-])(?:[0-9a-z]{4}-){6}[0-9a-z]{4}(?![0-9a-z-])/i.test(text);
}

export class Access {
  readonly #hash: Buffer | undefined;
  readonly #log: Log;
  readonly #addresses: Throttle;
  readonly #networks: Throttle;
  #wrong = 0;
  #turnedAway = 0;

  /** `hash`: of the hub's token; without one the hub is open. */
  constructor(hash: Buffer | undefined, clock: Clock, log: Log) {
    this.#hash = hash;
    this.#log = log;
    this.#addresses = new Throttle(clock, ofAddress);
    this.#networks = new Throttle(clock, ofNetwork);
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
    const from = plainAddress(address);
    const network = networkOf(from);
    const leftMs = Math.max(this.#addresses.blockLeftMs(from), network ? this.#networks.blockLeftMs(network) : 0);
    if (leftMs > 0) {
      this.#turnedAway += 1;
      const retryAfter = Math.ceil(leftMs / 1_000);
      const message = `Too many wrong tokens came from this address: try again in ${retryAfter} s.`;
      return new Refusal("rate_limited", message, { retryAfter }, about);
    }
    if (this.#matches(token, this.#hash)) {
      this.#addresses.forgive(from);
      return undefined;
    }
    this.#count(from, network);
    return new Refusal("not_signed_in", `This is not the hub's token: ${howToSignIn}.`, undefined, about);
  }

  /** Both sides are digests of one length, so neither the length nor a right beginning can be told from the time it takes. */
  #matches(token: string, hash: Buffer): boolean {
    return token.length <= longestToken && timingSafeEqual(hashToken(token), hash);
  }

  #count(address: string, network: string | undefined): void {
    this.#wrong += 1;
    const after = this.#addresses.fail(address);
    if (after === "first")
      this.#log.warn("a wrong token was refused; further ones of this minute are counted", { address });
    if (after === "blocked")
      this.#log.warn("too many wrong tokens: tokens from this address are not looked at for a minute", { address });
    if (network !== undefined && this.#networks.fail(network) === "blocked")
      this.#log.warn("too many wrong tokens: tokens from this network are not looked at for a minute", { network });
  }
}

/** An address without the name of the interface that it came by; IPv4 as itself. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, "").replace(/%.*$/, "");
}

/** The /64 of an IPv6 address; undefined for IPv4. */
function networkOf(address: string): string | undefined {
  if (!address.includes(":")) return undefined;
  const [head = "", tail] = address.split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail ? tail.split(":") : [];
  const middle = tail === undefined ? [] : Array<string>(Math.max(0, 8 - first.length - last.length)).fill("0");
  return `${[...first, ...middle, ...last].slice(0, 4).join(":")}::/64`;
}
