/**
 * What arrived in the last minute, by sender, and what was refused lately, with the reason: so that "did my frame reach the
 * hub, and why not?" is answered without reading a log. Taken readings cost one call for each sender and commit, however
 * many frames they came in; details are kept of refusals alone. Its memory is bounded.
 */
import type { Clock } from "../ports.ts";
import { shortMessage } from "../protocol/errors.ts";
import type { ArrivalsAnswer, ArrivalWay } from "../protocol/http.ts";
import { shownAddress, shownRaw, startOf, withoutTokens } from "./arrivals-words.ts";
import { FairMap } from "./fair-map.ts";
import { PerSecond } from "./meters.ts";

/** Counts are of so many whole seconds and the one that runs. */
const windowSeconds = 60;
/** Senders that are told in one answer. */
const mostTold = 200;
/** Senders that are listed; the one that was listed first gives way to a new one, and is listed again when it sends. */
const mostListed = 10_000;
/** Those of whom all was refused are listed apart, by address, and told in so many lines where others want the room. */
const mostStrangers = 1_000;
const strangersTold = 50;
/** Refusals kept: of each sender, code and metric the newest, and how often it came; the address with most gives way. */
const mostRefusals = 200;
/** A refusal that did not come again for so long is forgotten, ms. */
const keptMs = 3_600_000;

/** Who sends: a socket, or the address that posts for a device. */
export class Origin {
  readonly way: ArrivalWay;
  /** As people may see it. */
  readonly address: string;
  /** The device of its hello, or else the first that it sent readings of. */
  device: string | undefined;
  /** It has no connection that could hold its counts: a request, or a socket that was turned away. */
  readonly passing: boolean;
  /** False once a socket is gone; always for those that pass. */
  connected: boolean;
  /** Something of it was taken, if only its hello. */
  known = false;
  listed: "senders" | "strangers" | undefined;
  lastMs = 0;
  /** Made when there is something to count: most connections of a hub may be quiet for long. */
  stored: PerSecond | undefined;
  refused: PerSecond | undefined;
  /** Of one that passes: its key as it was made, before it was known which device it sends for. */
  readonly passingKey: string | undefined;

  constructor(way: ArrivalWay, address: string, device?: string, passing = way === "http") {
    this.way = way;
    this.address = shownAddress(address);
    this.device = device;
    this.passing = passing;
    this.connected = !passing;
    this.passingKey = passing ? this.key : undefined;
  }

  /** The same for a sender that comes back. */
  get key(): string {
    return `${this.way} ${this.address} ${this.device ?? ""}`;
  }
}

/** Why something was refused. */
interface Reason {
  readonly code: string;
  readonly message: string;
  readonly metric?: string;
  /** Text of the frame, body or row. */
  readonly raw?: string | undefined;
}

type ToldRefusal = ArrivalsAnswer["refusals"][number];
type ToldSender = ArrivalsAnswer["senders"][number];

export class Arrivals {
  readonly #clock: Clock;
  readonly #senders = new Set<Origin>();
  readonly #strangers = new FairMap<Origin, Origin>(mostStrangers);
  /** Listed ones that pass, by the key that they had when they were made. */
  readonly #passing = new Map<string, Origin>();
  readonly #refusals = new FairMap<string, ToldRefusal>(mostRefusals);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The sender of a request from `address`, with what is counted of it already. */
  request(address: string, device: string | undefined): Origin {
    return this.#listedAs(new Origin("http", address, device));
  }

  /** The same for a socket that was turned away at the door. */
  turnedAway(address: string): Origin {
    return this.#listedAs(new Origin("socket", address, undefined, true));
  }

  /** Something of this sender came that is neither a reading nor refused, such as its hello. */
  noted(origin: Origin): void {
    origin.known = true;
    this.#list(origin);
  }

  /** Readings of one sender are decided: so many stored, so many refused. */
  decided(origin: Origin, stored: number, refused: number): void {
    if (stored > 0) origin.known = true;
    this.#list(origin);
    const second = this.#second();
    origin.stored ??= new PerSecond(windowSeconds, second);
    origin.stored.add(stored, second);
    if (refused > 0) this.#countRefused(origin, refused, second);
  }

  /** A frame or a request was refused whole. */
  refused(origin: Origin, reason: Reason): void {
    this.#list(origin);
    this.#countRefused(origin, 1, this.#second());
    this.explained(origin, reason);
  }

  /** Keeps why something was refused; what `decided` counts is not counted here. */
  explained(origin: Origin, { code, message, metric, raw }: Reason): void {
    // A copy: a slice of what was sent would hold all of it in memory.
    const name = metric === undefined ? undefined : Buffer.from(metric.slice(0, 128)).toString();
    const key = `${origin.key} ${code} ${name ?? ""}`;
    const before = this.#refusals.get(key);
    const at = this.#clock.now();
    this.#refusals.set(key, origin.address, {
      at,
      firstAt: before?.firstAt ?? at,
      count: (before?.count ?? 0) + 1,
      way: origin.way,
      address: origin.address,
      ...(origin.device === undefined ? {} : { device: origin.device }),
      ...(name === undefined ? {} : { metric: name }),
      code,
      message,
      ...(raw === undefined ? {} : { raw: startOf(raw) }),
    });
  }

  /** `wrongTokens`: since the start, as the door counts them. */
  read(wrongTokens: number): ArrivalsAnswer {
    const hubTime = this.#clock.now();
    const second = this.#second();
    const lines = new Map<string, Origin[]>();
    for (const origin of [...this.#senders, ...[...this.#strangers].map(([one]) => one)]) {
      if (hubTime - origin.lastMs > windowSeconds * 1_000) this.#unlist(origin);
      else {
        const { key } = origin;
        const same = lines.get(key);
        if (same) same.push(origin);
        else lines.set(key, [origin]);
      }
    }
    for (const [key, { at }] of this.#refusals) if (hubTime - at > keptMs) this.#refusals.delete(key);
    const newest = [...lines.values()]
      .map((origins) => ({ origins, last: Math.max(...origins.map(({ lastMs }) => lastMs)) }))
      .sort((a, b) => b.last - a.last);
    return {
      hubTime,
      windowMs: windowSeconds * 1_000,
      senders: told(newest).map(({ origins, last }) => joined(origins, last, second)),
      more: Math.max(0, newest.length - mostTold),
      refusals: Array.from(this.#refusals, ([, refusal]) => shown(refusal)).reverse(),
      wrongTokens,
    };
  }

  #listedAs(origin: Origin): Origin {
    return this.#passing.get(origin.key) ?? origin;
  }

  #countRefused(origin: Origin, count: number, second: number): void {
    origin.refused ??= new PerSecond(windowSeconds, second);
    origin.refused.add(count, second);
  }

  #list(origin: Origin): void {
    origin.lastMs = this.#clock.now();
    const list = origin.known ? "senders" : "strangers";
    if (origin.listed === list) return;
    this.#unlist(origin);
    const gone = list === "senders" ? this.#addSender(origin) : this.#strangers.set(origin, origin.address, origin);
    if (gone) this.#unlist(gone);
    origin.listed = list;
    if (origin.passingKey !== undefined) this.#passing.set(origin.passingKey, origin);
  }

  /** Answers the one that gives way. */
  #addSender(origin: Origin): Origin | undefined {
    const gone = this.#senders.size >= mostListed ? this.#senders.values().next().value : undefined;
    this.#senders.add(origin);
    return gone;
  }

  #unlist(origin: Origin): void {
    origin.listed = undefined;
    this.#senders.delete(origin);
    this.#strangers.delete(origin);
    const { passingKey } = origin;
    if (passingKey !== undefined && this.#passing.get(passingKey) === origin) this.#passing.delete(passingKey);
  }

  #second(): number {
    return Math.floor(this.#clock.monotonic() / 1_000);
  }
}

interface Line {
  readonly origins: readonly Origin[];
  readonly last: number;
}

/** The newest lines. Strangers leave to those who send what they want of the room, but for a few lines. */
function told(newest: readonly Line[]): Line[] {
  const isSender = ({ origins }: Line) => origins.some(({ known }) => known);
  const senders = newest.filter(isSender).length;
  let room = Math.max(strangersTold, mostTold - senders);
  const strangers = new Set(newest.filter((line) => !isSender(line) && room-- > 0));
  let left = mostTold - strangers.size;
  return newest.filter((line) => strangers.has(line) || (isSender(line) && left-- > 0));
}

/** One line for all connections of a sender that came back within the minute. */
function joined(origins: readonly Origin[], last: number, second: number): ToldSender {
  const { way, address, device } = origins[0] as Origin;
  return {
    way,
    address,
    ...(device === undefined ? {} : { device }),
    connected: origins.some(({ connected }) => connected),
    last,
    readings: origins.reduce((sum, { stored }) => sum + (stored?.sum(second) ?? 0), 0),
    refused: origins.reduce((sum, { refused }) => sum + (refused?.sum(second) ?? 0), 0),
  };
}

/** As people may see it. Not before it is asked for: one of thousands is. */
function shown(refusal: ToldRefusal): ToldRefusal {
  const message = withoutTokens(shortMessage(refusal.message));
  return { ...refusal, message, ...(refusal.raw === undefined ? {} : { raw: shownRaw(refusal.raw) }) };
}
