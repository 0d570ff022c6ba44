/**
 * One sender under random cuts, take-overs, refusals of the store and requests between its frames: whatever the order,
 * what is acknowledged is on disk, and in the end every reading is there once.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { Hub } from "../../../server/hub/hub.ts";
import { silentLog } from "../../../server/ports.ts";
import { defaultLimits } from "../../../server/protocol/limits.ts";
import { MemoryStore } from "../../../server/store/memory/memory-store.ts";
import { type Batch, type Commit, StoreError } from "../../../server/store/store.ts";
import { openAccess } from "../../support/access.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakePeer } from "../../support/fake-peer.ts";
import { printedSeed } from "../../support/seed.ts";

const time = Date.UTC(2026, 10, 1);

type Session = ReturnType<Hub["accept"]>;

/** What the sender looks at in an answer. */
interface Said {
  readonly type: string;
  readonly seq: number;
  readonly lastSeq: number;
  readonly retryable?: boolean;
}

/** A store that answers when a test says so. */
class SlowStore extends MemoryStore {
  #waiting: { commit(): void; refuse(): void }[] = [];
  /** The sender's readings on disk, by number. */
  readonly committed = new Set<number>();
  /** The same, those that came twice among them. */
  rows = 0;

  override append(batch: Batch): Promise<Commit> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        commit: () => {
          for (const timeMs of batch.columns.times.subarray(0, batch.columns.length)) {
            if (timeMs <= time) continue;
            this.rows += 1;
            this.committed.add(timeMs - time);
          }
          resolve(super.append(batch));
        },
        refuse: () => reject(new StoreError("store_unavailable", "Not now.")),
      });
    });
  }

  answer(how: "commit" | "refuse"): boolean {
    const next = this.#waiting.shift();
    next?.[how]();
    return next !== undefined;
  }
}

/** Sends frames 1 to `last` with at most `window` on their way, and goes back where it is told to. */
class Sender {
  readonly hub: Hub;
  readonly store: SlowStore;
  readonly last: number;
  acked = 0;
  #next = 1;
  #peer = new FakePeer();
  #session: Session | undefined;
  #read = 0;
  #welcomed = false;

  constructor(hub: Hub, store: SlowStore, last: number) {
    this.hub = hub;
    this.store = store;
    this.last = last;
  }

  /** A new connection; the one before it is cut first, or left to be replaced. */
  connect(cut: boolean): void {
    if (cut) this.#session?.closed({ reason: "closed", clean: false });
    this.#peer = new FakePeer();
    this.#read = 0;
    this.#welcomed = false;
    this.#session = this.hub.accept(this.#peer);
    this.#session.receive(JSON.stringify({ type: "hello", device: "a", session: "s" }));
  }

  send(count: number): void {
    for (let sent = 0; sent < count && this.#welcomed && this.#next <= this.last; sent++) {
      const seq = this.#next++;
      const rows = [{ metric: "m", value: seq, time: time + seq }, ...(seq % 5 === 0 ? [{ metric: "no good" }] : [])];
      this.#session?.receive(
        JSON.stringify({ type: "readings", seq, ...(seq % 3 === 0 ? { id: seq } : {}), readings: rows }),
      );
    }
  }

  /** Sends what was sent before once more. */
  repeat(): void {
    if (this.#welcomed && this.#next > 1) this.#next -= 1;
    this.send(1);
  }

  read(): void {
    const messages = this.#peer.messages.slice(this.#read);
    this.#read += messages.length;
    for (const { type, seq, lastSeq, retryable } of messages as unknown as Said[]) {
      if (type === "welcome") {
        this.#welcomed = true;
        this.#decided(lastSeq);
        this.#next = lastSeq + 1;
      } else if (type === "ack") this.#decided(seq);
      else {
        expect(retryable).toBe(true);
        this.#next = Math.min(this.#next, seq);
      }
    }
  }

  #decided(seq: number): void {
    for (let one = this.acked + 1; one <= seq; one++) expect(this.store.committed.has(one), `frame ${one}`).toBe(true);
    this.acked = Math.max(this.acked, seq);
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

it("[P19] [P26] [P27] [P29] [P31] loses nothing, doubles nothing, and acknowledges only what is on disk", async () => {
  const seed = printedSeed("one sender");
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant("send" as const), count: fc.integer({ min: 1, max: 6 }) }) },
    { weight: 6, arbitrary: fc.constant({ do: "commit" as const }) },
    { weight: 2, arbitrary: fc.constant({ do: "refuse" as const }) },
    { weight: 4, arbitrary: fc.constant({ do: "read" as const }) },
    { weight: 2, arbitrary: fc.constant({ do: "turn" as const }) },
    { weight: 1, arbitrary: fc.constant({ do: "repeat" as const }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("connect" as const), cut: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constant({ do: "describe" as const }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), async (steps) => {
      const store = new SlowStore();
      const hub = new Hub({
        ...{
          store,
          state: await store.open(),
          version: "0.0.0",
          loopDelayMs: () => 0,
          access: openAccess(new FakeClock()),
        },
        config: { commitDelayMs: 0, limits: { ...defaultLimits, undecidedFrames: 1_024 } },
        ports: { clock: new FakeClock(time + 86_400_000), log: silentLog },
        onFatal: (error) => {
          throw error;
        },
      });
      const sender = new Sender(hub, store, 60);
      sender.connect(false);
      await turn();
      for (const one of steps) {
        if (one.do === "send") sender.send(one.count);
        else if (one.do === "commit" || one.do === "refuse") store.answer(one.do);
        else if (one.do === "read") sender.read();
        else if (one.do === "turn") await turn();
        else if (one.do === "repeat") sender.repeat();
        else if (one.do === "connect") sender.connect(one.cut);
        else {
          const other = hub.accept(new FakePeer());
          other.receive(JSON.stringify({ type: "reading", device: "b", metric: "x", value: 1, time: time - 1 }));
          other.closed({ reason: "closed", clean: true });
        }
        await Promise.resolve();
      }
      for (let round = 0; round < 400 && sender.acked < 60; round++) {
        sender.read();
        sender.send(10);
        await turn();
        store.answer("commit");
        await turn();
      }
      expect(sender.acked).toBe(60);
      expect(store.committed.size).toBe(60);
      expect(store.rows).toBe(60);
    }),
    { numRuns: 500, seed },
  );
});
