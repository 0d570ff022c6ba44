/**
 * Devices that came with a token of their own making that nobody knows yet: each is a request that a person accepts or turns
 * down. Kept in memory alone: a device asks again by itself. Their number is bounded.
 */
import { randomInt } from "node:crypto";
import type { Clock } from "../../ports.ts";
import { Refusal } from "../../protocol/errors.ts";
import { placeOf } from "../address.ts";
import { Paces } from "./paces.ts";

/** Requests that wait at once, of all and of one address or network; the settings `--requests` and this share of it. */
const shareOfAddress = 0.25;
/** One that did not come again for so long is forgotten, ms. */
const keptMs = 15 * 60_000;
/** One that was turned down is not shown for so long, ms. */
const dismissedMs = 3_600_000;
/** A device that waits asks again after so long, s. */
const askAgainS = 15;

/** An address or network asks so often at once at least, however few may wait. */
const leastBurst = 20;

export interface AccessRequest {
  /** Six digits, of no other request. */
  readonly code: string;
  readonly device: string;
  /** Of the token that it came with. */
  readonly hash: string;
  readonly address: string;
  readonly firstMs: number;
  lastMs: number;
  count: number;
}

export class Requests {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #paces: Paces;
  readonly #byHash = new Map<string, AccessRequest>();
  /** Until when, by the digest of their token. */
  readonly #dismissed = new Map<string, number>();

  /** `most` wait at once; 0: nobody can ask. */
  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
    // Twice as often as all that may wait of one ask again.
    const often = 2 * Math.max(1, most * shareOfAddress);
    this.#paces = new Paces(clock, { perSecond: Math.max(1, often / askAgainS), burst: Math.max(leastBurst, often) });
  }

  /** What a device is told that came with a token of its own, `rate_limited` where too many do; undefined where it cannot ask. */
  knock(device: string, hash: string, address: string): Refusal | undefined {
    if (this.#most === 0) return undefined;
    const retryAfter = this.#paces.take(placeOf(address));
    if (retryAfter > 0)
      return new Refusal(
        "rate_limited",
        `More devices of this address or network ask to be let in than are listened to: the limit requests is ${this.#most} (setting --requests). Come again in ${retryAfter} s.`,
        { retryAfter },
      );
    const nowMs = this.#clock.now();
    this.#forget(nowMs);
    if (this.#dismissed.has(hash)) return undefined;
    let request = this.#byHash.get(hash);
    if (request && request.device !== device) return undefined;
    if (!request) {
      if (!this.#hasRoom(address)) return undefined;
      request = { code: this.#freeCode(), device, hash, address, firstMs: nowMs, lastMs: nowMs, count: 0 };
      this.#byHash.set(hash, request);
    }
    request.lastMs = nowMs;
    request.count += 1;
    const { code } = request;
    return new Refusal(
      "not_signed_in",
      `Nobody let ${device} in yet: an operator accepts it in the dashboard under Access, Requests, by the code ${code}. Come again with the same token in ${askAgainS} s.`,
      { request: code, retryAfter: askAgainS },
    );
  }

  /** The newest first. */
  list(): AccessRequest[] {
    this.#forget(this.#clock.now());
    return [...this.#byHash.values()].sort((a, b) => b.firstMs - a.firstMs);
  }

  find(code: string): AccessRequest | undefined {
    const digits = code.replace(/\D/g, "");
    return this.list().find((request) => request.code === digits);
  }

  /** It was accepted. */
  remove({ hash }: AccessRequest): void {
    this.#byHash.delete(hash);
  }

  /** It was turned down. */
  dismiss(request: AccessRequest): void {
    this.remove(request);
    this.#dismissed.set(request.hash, this.#clock.now() + dismissedMs);
  }

  #hasRoom(address: string): boolean {
    if (this.#byHash.size >= this.#most) return false;
    const from = placeOf(address);
    let same = 0;
    for (const request of this.#byHash.values()) if (placeOf(request.address) === from) same += 1;
    return same < Math.max(1, this.#most * shareOfAddress);
  }

  #freeCode(): string {
    const taken = new Set([...this.#byHash.values()].map(({ code }) => code));
    for (;;) {
      const code = String(randomInt(1_000_000)).padStart(6, "0");
      if (!taken.has(code)) return code;
    }
  }

  #forget(nowMs: number): void {
    for (const [hash, { lastMs }] of this.#byHash) if (nowMs - lastMs > keptMs) this.#byHash.delete(hash);
    for (const [hash, untilMs] of this.#dismissed) if (nowMs > untilMs) this.#dismissed.delete(hash);
  }
}
