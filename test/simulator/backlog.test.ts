import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Backlog, type Frame } from "../../simulator/link/backlog.ts";
import { Columns } from "../../simulator/link/columns.ts";
import { bytesAtMost, type FrameLimits } from "../../simulator/link/content.ts";

const wide: FrameLimits = { readings: 4, rows: 4, bytes: 4_096 };
const narrow: FrameLimits = { readings: 2, rows: 2, bytes: 4_096 };

function filled(rows: number): Backlog {
  const backlog = new Backlog();
  for (let row = 0; row < rows; row++) backlog.push(String(row));
  return backlog;
}

/** The rows of a frame as they were pushed (JSON texts of numbers or texts), or the values of its columns. */
function rowsOf(frame: Frame | undefined): string[] {
  return Array.from(frame?.content.readings() ?? [], (row) => JSON.stringify(row.value ?? row));
}

/** One column of values from `first` on, every other cell empty. */
function sparse(first: number, count: number): Columns {
  const cells = Array.from({ length: count * 2 }, (_, index) => (index % 2 === 0 ? first + index / 2 : null));
  return new Columns(
    cells.map((_, index) => index),
    [["level", cells]],
  );
}

/** Takes the next frame onto the connection. */
function put(backlog: Backlog, limits = wide): Frame | undefined {
  const frame = backlog.next(limits, true);
  if (frame) frame.sent = true;
  return frame;
}

/** The hub's side as the contract has it (P26–P29), with nothing in between. */
class PaperHub {
  stored: string[] = [];
  lastSeq = 0;
  waitsFor: number | undefined;

  /** Answers with the number it wants sent again, if it does. */
  take(frame: Frame, refuse: boolean): number | undefined {
    if (frame.seq <= this.lastSeq) return undefined;
    if (this.waitsFor !== undefined && frame.seq > this.waitsFor) return this.waitsFor;
    this.waitsFor = refuse ? frame.seq : undefined;
    if (refuse) return frame.seq;
    this.stored.push(...rowsOf(frame));
    this.lastSeq = frame.seq;
    return undefined;
  }
}

type Step =
  | { do: "push"; rows: number; columns: boolean }
  | { do: "send"; frames: number; refuse: boolean; ackLost: boolean }
  | { do: "cut"; delivered: number; limits: FrameLimits };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("push" as const), rows: fc.integer({ min: 1, max: 9 }), columns: fc.boolean() }),
  fc.record({
    do: fc.constant("send" as const),
    frames: fc.integer({ min: 1, max: 4 }),
    refuse: fc.boolean(),
    ackLost: fc.boolean(),
  }),
  fc.record({
    do: fc.constant("cut" as const),
    delivered: fc.integer({ min: 0, max: 3 }),
    limits: fc.constantFrom(wide, narrow),
  }),
);

describe("backlog", () => {
  it("[L1] loses and doubles nothing across cuts, lost acks, refusals and narrower limits", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const backlog = new Backlog();
        const hub = new PaperHub();
        let limits = wide;
        let pushed = 0;
        const send = (frames: number, refuse: boolean, ackLost: boolean) => {
          for (
            let frame = put(backlog, limits);
            frame && frames > 0;
            frame = --frames > 0 ? put(backlog, limits) : undefined
          ) {
            const again = hub.take(frame, refuse);
            if (again !== undefined) backlog.resendFrom(again);
            else if (!ackLost) backlog.decide(hub.lastSeq);
          }
        };
        for (const one of steps) {
          if (one.do === "push") {
            if (one.columns) backlog.push(sparse(pushed, one.rows));
            else for (let row = 0; row < one.rows; row++) backlog.push(String(pushed + row));
            pushed += one.rows;
          } else if (one.do === "send") send(one.frames, one.refuse, one.ackLost);
          else {
            send(one.delivered, false, true);
            limits = one.limits;
            backlog.unsend();
            backlog.reconcile(hub.lastSeq, true, limits);
          }
          expect(backlog.pending).toBeGreaterThanOrEqual(pushed - hub.stored.length);
        }
        backlog.unsend();
        backlog.reconcile(hub.lastSeq, true, limits);
        // Twice: a hub that still waits for a number answers the first frames with it.
        send(1_000, false, false);
        send(1_000, false, false);
        expect(hub.stored).toEqual(Array.from({ length: pushed }, (_, row) => String(row)));
        expect(backlog.pending).toBe(0);
        expect(backlog.oldest).toBe(pushed);
      }),
      { numRuns: 2_000, seed: 7 },
    );
  });

  it("[L2] keeps the numbers of frames across cuts", () => {
    const backlog = filled(10);
    const before = [put(backlog), put(backlog)].map((frame) => ({ seq: frame?.seq, rows: rowsOf(frame) }));
    backlog.unsend();
    backlog.reconcile(0, true, wide);
    const after = [put(backlog), put(backlog)].map((frame) => ({ seq: frame?.seq, rows: rowsOf(frame) }));
    expect(after).toEqual(before);
  });

  it("[L2] goes on above what the hub has seen of a session that was used before", () => {
    const backlog = filled(1);
    backlog.reconcile(500, true, wide);
    expect(put(backlog)?.seq).toBe(501);
  });

  it("[L6] sends an empty frame for a number that was given up, before the later ones", () => {
    const backlog = filled(12);
    const frames = [put(backlog), put(backlog), put(backlog)];
    backlog.refuse(frames[1] as Frame);
    backlog.decide(1);
    backlog.resendFrom(2);
    expect([put(backlog), put(backlog)].map((frame) => [frame?.seq, frame?.content.count])).toEqual([
      [2, 0],
      [3, 4],
    ]);
    backlog.resendFrom(99);
    expect(put(backlog)).toBeUndefined();
  });

  it("[L9] numbers anew what another database may have met under the same numbers, in order", () => {
    const backlog = filled(8);
    put(backlog);
    put(backlog);
    backlog.unsend();
    expect(backlog.reconcile(30, false, wide)).toBe(0);
    const frames = [put(backlog), put(backlog)];
    expect(frames.map((frame) => frame?.seq)).toEqual([31, 32]);
    expect(frames.flatMap(rowsOf)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
  });

  it("[L4] divides a frame that no longer fits, and is done with its parts one by one", () => {
    const backlog = filled(5);
    put(backlog);
    backlog.unsend();
    backlog.reconcile(0, true, narrow);
    const parts = [put(backlog, narrow), put(backlog, narrow)];
    expect(parts.map((frame) => [frame?.seq, rowsOf(frame)])).toEqual([
      [2, ["0", "1"]],
      [3, ["2", "3"]],
    ]);
    expect(backlog.oldest).toBe(0);
    expect(backlog.decide(2)).toBe(2);
    expect(backlog.oldest).toBe(2);
    expect(backlog.decide(3)).toBe(2);
    expect(backlog.oldest).toBe(4);
  });

  it("[L4] fills frames up to the readings and bytes allowed, one reading at least", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 60, unit: "grapheme" }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 70, max: 400 }),
        (texts, readings, bytes) => {
          const backlog = new Backlog();
          const limits = { readings, rows: readings, bytes };
          for (const text of texts) backlog.push(JSON.stringify(text));
          const seen: string[] = [];
          for (let frame = put(backlog, limits); frame; frame = put(backlog, limits)) {
            seen.push(...rowsOf(frame));
            expect(frame.content.count).toBeGreaterThan(0);
            expect(frame.content.count).toBeLessThanOrEqual(readings);
            const text = frame.content.text(frame.seq);
            if (frame.content.count > 1) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytes);
          }
          expect(seen).toEqual(texts.map((text) => JSON.stringify(text)));
        },
      ),
      { numRuns: 500, seed: 7 },
    );
  });

  it("[L4] never counts fewer bytes than UTF-8 needs", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 20 }), (text) => {
        expect(bytesAtMost(text)).toBeGreaterThanOrEqual(Buffer.byteLength(text));
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it("[L7] drops the oldest reading that has no number, and none that has one", () => {
    const backlog = filled(6);
    put(backlog);
    expect(backlog.dropOldest(1)).toBe(1);
    expect(rowsOf(put(backlog))).toEqual(["5"]);
    expect(backlog.dropOldest(1)).toBe(0);
    expect(backlog.pending).toBe(5);
  });

  it("[L7] drops of columns the oldest times, as many as it takes", () => {
    const backlog = filled(1);
    backlog.push(sparse(10, 4));
    backlog.push("5");
    expect(backlog.dropOldest(3)).toBe(3);
    expect(backlog.waiting).toBe(3);
    expect([put(backlog), put(backlog)].map(rowsOf)).toEqual([["12", "13"], ["5"]]);
    backlog.push(
      new Columns(
        [1, 2],
        [
          ["a", [1, 2]],
          ["b", [3, 4]],
        ],
      ),
    );
    expect(backlog.dropOldest(1)).toBe(2);
    expect(backlog.dropOldest(5)).toBe(2);
    expect(backlog.waiting).toBe(0);
    expect(backlog.oldest).toBe(3);
  });

  it("keeps its counts while 250,000 readings pass through", () => {
    const backlog = new Backlog();
    for (let round = 0; round < 50_000; round++) {
      for (let row = 0; row < 5; row++) backlog.push("row");
      backlog.decide(put(backlog)?.seq ?? 0);
      backlog.decide(put(backlog)?.seq ?? 0);
    }
    expect(backlog.pending).toBe(0);
    expect(backlog.taken).toBe(250_000);
    expect(backlog.oldest).toBe(250_000);
  });
});
