import type { LiveSet, Watcher } from "./live-set.ts";
import { Outbox } from "./outbox.ts";
import type { Pace } from "./pace.ts";
import { encodeUpdates, type Points } from "./points.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Account } from "./viewers-budget.ts";

/** Announcements kept for a viewer that cannot be told yet, bytes; beyond it the viewer is cut. */
export const maxNoticeLength = 1024 * 1024;

/**
 * One viewer's place in one set: live (shared frames pass straight through), joining (updates wait until the past was
 * sent) or slow (the newest of each series waits until the socket drains).
 */
export class Watch implements Watcher {
  readonly #pace: Pace;
  readonly #account: Pick<Account, "waiting">;
  readonly #tooMuch: () => void;
  #set: LiveSet | undefined;
  #joining = 0;
  #outbox: Outbox | undefined;
  /** The offset the viewer was told last before `outbox` began. */
  #before = 0;
  #notices: string[] = [];
  #noticeLength = 0;
  /** Bytes that the account knows of. */
  #counted = 0;

  /** `tooMuch`: more announcements wait than may be kept. */
  constructor(pace: Pace, account: Pick<Account, "waiting">, tooMuch: () => void) {
    this.#pace = pace;
    this.#account = account;
    this.#tooMuch = tooMuch;
  }

  /** Updates wait, for the seam or for room. */
  get holding(): boolean {
    return this.#outbox !== undefined;
  }

  /**
   * From here on updates wait, until `end` was called as often. Nothing is sent before the seam, nothing is missed: what
   * came since the snapshot was begun is held too. One that holds already is given a snapshot begun later than that.
   */
  begin(set: LiveSet, snapshot: Snapshot): void {
    this.#set = set;
    this.#joining += 1;
    if (this.#outbox) return;
    const { outbox, notices } = snapshot.missed;
    this.#outbox = outbox;
    this.#before = snapshot.offset;
    this.#notices = notices;
    this.#noticeLength = notices.reduce((length, text) => length + text.length, 0);
    this.#count();
  }

  end(): void {
    this.#joining -= 1;
    if (!this.#pace.over) this.flush();
  }

  update(texts: readonly Buffer[], points: Points, before: number): void {
    if (!this.#outbox && this.#pace.over) this.#hold(before);
    if (this.#outbox) {
      this.#outbox.hold(points);
      this.#count();
    } else for (const text of texts) this.#pace.send(text);
  }

  announce(text: string): void {
    // The commit that brings the news is counted already, its readings are not sent: the offset before it stands.
    if (!this.#outbox && this.#set && this.#pace.over) this.#hold(this.#set.offset - 1);
    if (!this.#outbox) {
      this.#pace.send(text);
      return;
    }
    this.#notices.push(text);
    this.#noticeLength += text.length;
    this.#count();
    // One that reads is only being told the past still; all viewers together are bounded by the budget.
    if (this.#noticeLength > maxNoticeLength && this.#pace.over) this.#tooMuch();
  }

  drop(series: number): void {
    this.#outbox?.drop(series);
    this.#count();
  }

  leaveOut(series: number): void {
    this.#outbox?.leaveOut(series);
    this.#count();
  }

  /** Sends what waited, unless the past is still on its way. */
  flush(): void {
    if (!this.#outbox || !this.#set || this.#joining > 0) return;
    const { points, merged } = this.#outbox.take();
    const notices = this.#notices;
    this.stop();
    for (const text of notices) this.#pace.send(text);
    if (points.length === 0 && this.#set.offset === this.#before) return;
    for (const text of encodeUpdates(this.#set.number, points, this.#set.offset, this.#before, merged)) {
      this.#pace.send(text);
    }
  }

  /** Forgets what waited. */
  stop(): void {
    this.#outbox = undefined;
    this.#notices = [];
    this.#noticeLength = 0;
    this.#count();
  }

  #count(): void {
    const bytes = (this.#outbox?.bytes ?? 0) + this.#noticeLength;
    this.#account.waiting(bytes - this.#counted);
    this.#counted = bytes;
  }

  #hold(before: number): void {
    this.#outbox = new Outbox();
    this.#before = before;
  }
}
