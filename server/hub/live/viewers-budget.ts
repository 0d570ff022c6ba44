/**
 * Memory that is held for viewers because they have not read it yet, counted over all of them: each alone may be within
 * its limits while a thousand together take more than the machine has.
 */
import type { Clock, Timer } from "../../ports.ts";

/** A viewer, as the budget knows it. */
export interface Holder {
  /** What its connection has not taken, bytes. */
  unsentBytes(): number;
  /** Its part of what it holds together with others, bytes. */
  sharedBytes(): number;
  /** It holds most, `bytes`, of all that hold more together than they may: it has to go, at once. */
  cut(bytes: number): void;
}

export class ViewersBudget {
  readonly #limitBytes: number;
  readonly #clock: Clock;
  readonly #accounts = new Set<Account>();
  readonly #common = new Set<CommonHold>();
  #bytes = 0;
  #check: Timer | undefined;

  constructor(limitBytes: number, clock: Clock) {
    this.#limitBytes = limitBytes;
    this.#clock = clock;
  }

  /** Bytes held now, counted anew. */
  get bytes(): number {
    for (const account of this.#accounts) account.recount();
    return this.#bytes;
  }

  open(holder: Holder): Account {
    const account = new Account(
      holder,
      (bytes) => this.#add(bytes),
      () => this.#accounts.delete(account),
    );
    this.#accounts.add(account);
    return account;
  }

  /** Something that several viewers may hold: counted once. `drop`: nobody holds it, and it has to make room. */
  share(drop: () => void): CommonHold {
    const hold = new CommonHold(drop, (bytes) => {
      if (hold.held) this.#common.add(hold);
      else this.#common.delete(hold);
      this.#add(bytes);
    });
    return hold;
  }

  /**
   * What sockets take is not told, so that the sum may be too high, and never too low. A large commit waits in full until
   * the turn of the event loop ends, whoever reads it: who is too slow is judged after that.
   */
  #add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#limitBytes) this.#check ??= this.#clock.after(0, () => this.#enforce());
  }

  #enforce(): void {
    this.#check = undefined;
    if (this.bytes <= this.#limitBytes) return;
    for (let viewers = this.#accounts.size; ; viewers--) {
      // Nobody is cut for these: not at first, nor once those that held them are gone.
      for (const hold of this.#common) if (hold.holders === 0) hold.drop();
      if (viewers === 0 || this.#bytes <= this.#limitBytes) return;
      this.#largest()?.cut();
    }
  }

  /** Looked for anew each time: with each viewer that goes, the parts of what it shared with others grow. */
  #largest(): Account | undefined {
    let largest: Account | undefined;
    let most = -1;
    for (const account of this.#accounts) {
      const { bytes } = account;
      if (bytes > most) [largest, most] = [account, bytes];
    }
    return largest;
  }
}

/** What one viewer holds. */
export class Account {
  readonly #holder: Holder;
  readonly #add: (bytes: number) => void;
  readonly #gone: () => void;
  #unsent = 0;
  #waiting = 0;
  #closed = false;

  constructor(holder: Holder, add: (bytes: number) => void, gone: () => void) {
    this.#holder = holder;
    this.#add = add;
    this.#gone = gone;
  }

  /** Bytes as counted last, with its part of what is shared. */
  get bytes(): number {
    return this.#unsent + this.#waiting + Math.round(this.#holder.sharedBytes());
  }

  /** So many bytes are known now that its connection has not taken. */
  unsent(bytes: number): void {
    if (this.#closed || bytes === this.#unsent) return;
    const more = bytes - this.#unsent;
    this.#unsent = bytes;
    this.#add(more);
  }

  /** So many bytes more wait for its connection; fewer where negative. */
  waiting(more: number): void {
    if (this.#closed || more === 0) return;
    this.#waiting += more;
    this.#add(more);
  }

  recount(): void {
    this.unsent(this.#holder.unsentBytes());
  }

  cut(): void {
    this.#holder.cut(this.bytes);
  }

  /** The viewer is gone, and all that was held for it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#gone();
    this.#add(-this.#unsent - this.#waiting);
  }
}

/** What one or several viewers hold together, or nobody yet while it is kept for those that come. */
export class CommonHold {
  /** Nobody holds it, and it has to make room: it is kept no longer. */
  readonly drop: () => void;
  readonly #add: (bytes: number) => void;
  #bytes = 0;
  #counted = 0;
  #holders = 0;
  #kept = false;

  constructor(drop: () => void, add: (bytes: number) => void) {
    this.drop = drop;
    this.#add = add;
  }

  /** Viewers that hold it now. */
  get holders(): number {
    return this.#holders;
  }

  get held(): boolean {
    return this.#kept || this.#holders > 0;
  }

  /** The part of each viewer that holds it, bytes. */
  get part(): number {
    return this.#bytes / Math.max(1, this.#holders);
  }

  /** It is so large now. */
  size(bytes: number): void {
    this.#bytes = bytes;
    this.#count();
  }

  /** It is kept for viewers to come, or no longer. */
  keep(kept: boolean): void {
    this.#kept = kept;
    this.#count();
  }

  /** One viewer more holds it. */
  take(): void {
    this.#holders += 1;
    this.#count();
  }

  leave(): void {
    this.#holders -= 1;
    this.#count();
  }

  #count(): void {
    const bytes = this.held ? this.#bytes : 0;
    const more = bytes - this.#counted;
    this.#counted = bytes;
    this.#add(more);
  }
}
