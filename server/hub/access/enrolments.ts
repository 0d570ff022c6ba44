/**
 * Devices that a fleet's key gives a token of their own: so many in an hour, and few entries in the log of changes, so that whoever
 * stole a key neither fills the hub with tokens nor washes out of the log what others did.
 */
import type { Clock, Log, Timer } from "../../ports.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { AccessChange, TokenRecord } from "../../store/access.ts";
import { audited } from "./audit.ts";
import { Paces } from "./paces.ts";

/** Devices that one key lets in within an hour where nobody says otherwise. */
export const defaultEnrolments = 1_000;

/** After the entry of one device those that follow are counted for so long, ms, and told together. */
const togetherMs = 60_000;
/** Of those that are told together so many are named. */
const mostNamed = 20;

interface Following {
  readonly devices: string[];
  count: number;
  readonly timer: Timer;
}

type Fleet = Pick<TokenRecord, "id" | "name">;

export interface EnrolmentsDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Of one key in an hour. */
  readonly perHour: number;
  /** Writes entries that belong to changes made before. */
  readonly write: (changes: readonly AccessChange[]) => Promise<void>;
}

export class Enrolments {
  readonly #deps: EnrolmentsDeps;
  readonly #paces: Paces;
  /** By the id of their key. */
  readonly #following = new Map<string, { readonly fleet: Fleet } & Following>();

  constructor(deps: EnrolmentsDeps) {
    const { clock, perHour } = deps;
    this.#deps = deps;
    this.#paces = new Paces(clock, { perSecond: perHour / 3_600, burst: perHour });
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

  /** The entries that are written with the token of a device: none where it is told with others a little later. */
  entriesOf(fleet: Fleet, device: string): readonly AccessChange[] {
    const following = this.#following.get(fleet.id);
    if (following) {
      following.count += 1;
      if (following.devices.length < mostNamed) following.devices.push(device);
      return [];
    }
    const timer = this.#deps.clock.after(togetherMs, () => void this.#tell(fleet.id));
    this.#following.set(fleet.id, { fleet, devices: [], count: 0, timer });
    return [this.#entry(fleet, device, {})];
  }

  /** Writes what was counted. */
  async stop(): Promise<void> {
    await Promise.all([...this.#following.keys()].map((id) => this.#tell(id)));
  }

  async #tell(id: string): Promise<void> {
    const following = this.#following.get(id);
    this.#following.delete(id);
    following?.timer.cancel();
    const [first] = following?.devices ?? [];
    if (!following || first === undefined) return;
    const { fleet, devices, count } = following;
    // The tokens themselves say who made them, and when.
    await this.#deps.write([this.#entry(fleet, first, { count, devices })]).catch((error: unknown) => {
      this.#deps.log.warn("enrolled devices could not be noted", { fleet: fleet.name, count, error: String(error) });
    });
  }

  #entry({ name }: Fleet, device: string, more: Readonly<Record<string, unknown>>): AccessChange {
    const byKey = { who: name, address: "" };
    return audited(this.#deps.clock, byKey, "enrolDevice", device, { fleet: name, ...more });
  }
}
