/**
 * Devices that a fleet's key gives a token of their own: so many in an hour, and few entries in the log of changes, so that whoever
 * stole a key neither fills the hub with tokens nor washes out of the log what others did.
 */
import type { Clock, Log, Timer } from "../../ports.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { AccessChange, TokenRecord } from "../../store/access.ts";
import { audited } from "./audit.ts";
import type { AccessBook } from "./book.ts";
import { Paces } from "./paces.ts";
import { Throttle } from "./throttle.ts";

/** Devices that one key lets in within an hour where nobody says otherwise. */
export const defaultEnrolments = 1_000;

/** After the entry of one device those that follow are counted for so long, ms, and told together. */
const togetherMs = 60_000;
/** Of those that are told together so many are named. */
const mostNamed = 20;
/** One line of log a minute for each key; nobody is blocked. */
const tellFailures = { most: Number.POSITIVE_INFINITY, windowMs: 60_000, blockMs: 0 } as const;

type Fleet = Pick<TokenRecord, "id" | "name">;

interface Following {
  readonly fleet: Fleet;
  readonly devices: string[];
  count: number;
  readonly timer: Timer;
}

export interface EnrolmentsDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Of one key in an hour. */
  readonly perHour: number;
  readonly book: Pick<AccessBook, "change">;
}

export class Enrolments {
  readonly #deps: EnrolmentsDeps;
  readonly #paces: Paces;
  readonly #failed: Throttle;
  /** By the id of their key. */
  readonly #following = new Map<string, Following>();

  constructor(deps: EnrolmentsDeps) {
    const { clock, perHour } = deps;
    this.#deps = deps;
    this.#paces = new Paces(clock, { perSecond: perHour / 3_600, burst: perHour });
    this.#failed = new Throttle(clock, tellFailures);
  }

  /** Why a key lets in no more devices now; undefined where it does, which counts as one. */
  refuse({ id }: Fleet): Refusal | undefined {
    const retryAfter = this.#paces.take(id);
    if (retryAfter === 0) return undefined;
    return new Refusal(
      "rate_limited",
      `This key gave as many devices a token of their own as it may in an hour: the limit enrolments is ${this.#deps.perHour} (setting --enrolments). Come again in ${retryAfter} s.`,
      { retryAfter },
    );
  }

  /** A device that was not refused got no token after all: it counts for nothing, and may come again at once. */
  failed({ id, name }: Fleet, device: string, error: unknown): void {
    this.#paces.giveBack(id);
    if (this.#failed.fail(id) !== "first") return;
    const fields = { fleet: name, device, error: String(error) };
    this.#deps.log.warn("a device could not be enrolled; further ones of this minute are not told", fields);
  }

  /** The entries that are written with the token of a device: none where it is told with others a little later. */
  entriesOf(fleet: Fleet, device: string): readonly AccessChange[] {
    return this.#following.has(fleet.id) ? [] : [this.#entry(fleet, device, {})];
  }

  /** The token of a device is on disk; `isTold`: with an entry of its own. */
  enrolled(fleet: Fleet, device: string, isTold: boolean): void {
    // Those before may have been told of while this one was written.
    const following = this.#following.get(fleet.id) ?? this.#follow(fleet);
    if (isTold) return;
    following.count += 1;
    if (following.devices.length < mostNamed) following.devices.push(device);
  }

  /** Writes what was counted. */
  async stop(): Promise<void> {
    await Promise.all([...this.#following.values()].map((following) => this.#tell(following)));
  }

  #follow(fleet: Fleet): Following {
    const timer = this.#deps.clock.after(togetherMs, () => void this.#tell(following));
    const following: Following = { fleet, devices: [], count: 0, timer };
    this.#following.set(fleet.id, following);
    return following;
  }

  async #tell(following: Following): Promise<void> {
    const { fleet, timer } = following;
    timer.cancel();
    try {
      // In turn: those that are being written are counted by then.
      await this.#deps.book.change(() => ({ changes: this.#take(following), result: undefined }));
    } catch (error) {
      // The tokens themselves say who made them, and when.
      const { count } = following;
      this.#deps.log.warn("enrolled devices could not be noted", { fleet: fleet.name, count, error: String(error) });
    }
  }

  /** What tells of them, once. */
  #take(following: Following): readonly AccessChange[] {
    const { fleet, devices, count } = following;
    if (this.#following.get(fleet.id) !== following) return [];
    this.#following.delete(fleet.id);
    const [first] = devices;
    return first === undefined ? [] : [this.#entry(fleet, first, { count, devices })];
  }

  #entry({ name }: Fleet, device: string, more: Readonly<Record<string, unknown>>): AccessChange {
    const byKey = { who: name, address: "" };
    return audited(this.#deps.clock, byKey, "enrolDevice", device, { fleet: name, ...more });
  }
}
