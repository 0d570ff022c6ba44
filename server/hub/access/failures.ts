/** What was tried and was wrong, counted by address, network and account: whoever guesses is not listened to for a while. */
import type { Clock, Log } from "../../ports.ts";
import { type About, Refusal } from "../../protocol/errors.ts";
import { networkOf, placeOf, plainAddress } from "../address.ts";
import { Throttle } from "./throttle.ts";

/** After 10 wrong tokens or passwords of an address within a minute it is not listened to for a minute. */
const ofAddress = { most: 10, windowMs: 60_000, blockMs: 60_000 } as const;

/**
 * A machine takes as many IPv6 addresses of its network (/64) as it likes, so networks are counted, too. But a home is one
 * network: one board with an old token must not lock out all others in it, so a network may fail more often.
 */
const ofNetwork = { ...ofAddress, most: 100 } as const;

/** Many addresses that guess at one account: more than one person mistypes, so that nobody locks another out with ten. */
const ofAccount = { ...ofAddress, most: 100 } as const;

export class Failures {
  readonly #what: "token" | "password";
  readonly #log: Log;
  readonly #addresses: Throttle;
  readonly #networks: Throttle;
  readonly #accounts: Throttle;
  #wrong = 0;
  #turnedAway = 0;

  /** `what`: as it is told. */
  constructor(what: "token" | "password", clock: Clock, log: Log) {
    this.#what = what;
    this.#log = log;
    this.#addresses = new Throttle(clock, ofAddress);
    this.#networks = new Throttle(clock, ofNetwork);
    this.#accounts = new Throttle(clock, ofAccount);
  }

  /** Since the start: what was wrong, and what was not looked at because of that. */
  get counts(): { readonly wrong: number; readonly turnedAway: number } {
    return { wrong: this.#wrong, turnedAway: this.#turnedAway };
  }

  /** Why nothing of this address, or for this account, is looked at now; undefined where it is. */
  blocked(address: string, account?: string, about?: About): Refusal | undefined {
    const from = this.#keyOf(address);
    const network = networkOf(from);
    const leftMs = Math.max(
      this.#addresses.blockLeftMs(from),
      network ? this.#networks.blockLeftMs(network) : 0,
      account === undefined ? 0 : this.#accounts.blockLeftMs(account),
    );
    if (leftMs <= 0) return undefined;
    this.#turnedAway += 1;
    const retryAfter = Math.ceil(leftMs / 1_000);
    const what = this.#what === "token" ? "tokens came from this address" : "passwords were tried";
    return new Refusal("rate_limited", `Too many wrong ${what}: try again in ${retryAfter} s.`, { retryAfter }, about);
  }

  /** What came from this address, or for this account, was wrong. */
  count(address: string, account?: string): void {
    this.#wrong += 1;
    const from = this.#keyOf(address);
    const network = networkOf(from);
    const what = this.#what;
    const after = this.#addresses.fail(from);
    if (after === "first")
      this.#log.warn(`a wrong ${what} was refused; further ones of this minute are counted`, { address: from });
    if (after === "blocked")
      this.#log.warn(`too many wrong ${what}s: what comes from this address is not looked at for a minute`, {
        address: from,
      });
    if (network !== undefined && this.#networks.fail(network) === "blocked")
      this.#log.warn(`too many wrong ${what}s: what comes from this network is not looked at for a minute`, {
        network,
      });
    if (account !== undefined && this.#accounts.fail(account) === "blocked")
      // Not which: people type a password where the name belongs.
      this.#log.warn("too many wrong passwords for one account: none is looked at for a minute");
  }

  /** What came from this address was right. */
  forgive(address: string): void {
    this.#addresses.forgive(this.#keyOf(address));
  }

  /** People come one by one, and each trial costs the hub 100 ms: a home of IPv6 has ten, as one of IPv4 has behind its router. */
  #keyOf(address: string): string {
    return this.#what === "password" ? placeOf(address) : plainAddress(address);
  }
}
