/** Sender lines together, and the moment at which a kill counts as one during writes. */
import { appendFileSync } from "node:fs";
import { SenderLine } from "./sender.ts";

const lineCount = 9;
/** A kill counts as one during writes where an acknowledgement came at most so long before it and frames were undecided. */
const recentMs = 100;

export class SenderFleet {
  readonly lines: readonly SenderLine[];
  readonly #journal: string;

  constructor(journal: string) {
    this.#journal = journal;
    this.lines = Array.from({ length: lineCount }, (_, index) => new SenderLine(index, journal));
  }

  connect(url: string): void {
    for (const line of this.lines) line.connect(url);
  }

  disconnect(): void {
    for (const line of this.lines) line.disconnect();
  }

  /** Resolves when all that was sent is decided; nothing new is sent meanwhile. */
  async settle(): Promise<void> {
    await Promise.all(this.lines.map((line) => line.settle()));
  }

  /** Resolves once `count` more frames were decided. */
  async decidedMore(count: number): Promise<void> {
    const goal = this.decided + count;
    while (this.decided < goal) await Promise.race(this.lines.map((line) => line.nextAnswer()));
  }

  /** Resolves once a line met a retryable refusal with this code. */
  async refused(code: string): Promise<void> {
    while (!this.lines.some((line) => line.refusedWith.has(code))) {
      await Promise.race(this.lines.map((line) => line.nextAnswer()));
    }
  }

  /** Resolves once every line's connection was closed. */
  async closed(): Promise<void> {
    await Promise.all(this.lines.map((line) => line.closed()));
  }

  get decided(): number {
    return this.lines.reduce((sum, line) => sum + line.decided, 0);
  }

  get attempted(): number {
    return this.lines.reduce((sum, line) => sum + line.attempted, 0);
  }

  get surprises(): string[] {
    return this.lines.flatMap((line) => line.surprises);
  }

  /** Whether a kill at this moment hits the hub while it writes. */
  isWriting(): boolean {
    const now = performance.now();
    return this.lines.some((line) => line.undecided > 0 && now - line.lastAckAtMs < recentMs);
  }

  /** Marks a fault in the journal, so that a person can read it beside the frames. */
  note(what: string): void {
    appendFileSync(this.#journal, `{"fault":${JSON.stringify(what)},"at":${Date.now()}}\n`);
  }
}
