/** What can happen in a life of a store, as plain data that fast-check makes and prints. */
import fc from "fast-check";
import { type Death, type DeathPoint, deathPointNames } from "./deaths.ts";

export const devices = ["d0", "d1", "d2"] as const;
/** A slot is a device and a metric; which series it is at the moment is for the life to know. */
export const slotCount = 6;
/** Readings "of a deleted series": a batch that was on its way while its series was deleted. */
const ghostSlot = slotCount;

type Row = readonly [slot: number, timeMs: number, value: number];

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A device's steady flow, forwards or backwards. */
interface Stream {
  readonly slot: number;
  readonly fromMs: number;
  readonly count: number;
  readonly stepMs: number;
  /** One value for all; without it they rise and fall. */
  readonly value?: number | undefined;
}

/** What happens to the quarantine with a batch; none where nothing is said. */
interface Aside {
  /** Readings whose time was refused. */
  readonly added: readonly Row[];
  /** Of those that there are these, counted on from the first again. */
  readonly decided: readonly number[];
  readonly lost: readonly (readonly [device: number, count: number])[];
}

export interface AppendOp {
  readonly kind: "append";
  readonly rows: readonly Row[] | Stream;
  /** Places of marks: device, session, what is added to the highest number so far. */
  readonly marks: readonly (readonly [device: number, session: number, seq: number])[];
  readonly refusals: readonly (readonly [device: number, count: number])[];
  /** Devices and metrics that say something of themselves. */
  readonly told: readonly (readonly [slot: number, what: number])[];
  readonly aside: Aside;
  /** By how much the clock goes on, ms; a hub's clock can be set back too. */
  readonly laterMs: number;
  /** The type of the series that this batch makes. */
  readonly type: number;
}

/** Changes of presence; of a device number beyond the devices, of the hub itself. */
export interface PresenceOp {
  readonly kind: "presence";
  readonly changes: readonly (readonly [device: number, agoMs: number])[];
  /** Kept before, and sent once more. */
  readonly again: boolean;
  readonly laterMs: number;
}

/** Of the merges under way this one goes on by a slice. How far that is, is for the store to say: nothing is sent beside it. */
export interface MoveOp {
  readonly kind: "move";
  readonly place: number;
}

/** What is sent to the store without a wait for the answer of the one before. */
export type Op =
  | AppendOp
  | ({ readonly kind: "deleteRange"; readonly slot: number } & Span)
  /** A mask: finite, and not empty. */
  | ({ readonly kind: "hide"; readonly slot: number } & Span)
  /** Of the masks that there are this one, counted on from the first again; of none one that never was. */
  | { readonly kind: "show"; readonly place: number }
  | { readonly kind: "deleteSeries"; readonly slot: number }
  /** Called by this metric of its device, where that is free. */
  | { readonly kind: "rename"; readonly slot: number; readonly metric: number }
  /** Of the other names that there are this one is forgotten, counted on from the first again. */
  | { readonly kind: "forget"; readonly place: number }
  /** Becomes a part of one of those that it can become a part of; of none of them where there is none. */
  | { readonly kind: "merge"; readonly slot: number; readonly place: number }
  | MoveOp
  | { readonly kind: "deleteDevice"; readonly device: number }
  | PresenceOp
  | { readonly kind: "seal" }
  | { readonly kind: "close" };

/** How a process ends before its time: at a statement, or by the system at some moment. */
export type End =
  | ({ readonly by: "statement" } & Death)
  | { readonly by: "signal"; readonly afterAnswers: number; readonly spinUs: number };

export interface Question extends Span {
  readonly kind: "ask";
  readonly slot: number;
  readonly limit: number;
  readonly everyMs: number;
  readonly originMs: number;
}

export type Step =
  | { readonly kind: "send"; readonly ops: readonly Op[] }
  | {
      readonly kind: "kill";
      readonly ops: readonly Op[];
      readonly end: End;
      /** Further ends, each while it recovers from the one before. */
      readonly recoveries: readonly End[];
      /** What was not acknowledged is sent again, as devices do. */
      readonly again: boolean;
    }
  | { readonly kind: "reopen" }
  | { readonly kind: "rest" }
  /** Readings before that time are thinned away where the tier of hours has them. */
  | { readonly kind: "thin"; readonly atMs: number; readonly ops: readonly AppendOp[] }
  /** A merge of two series of which at least one was thinned. */
  | { readonly kind: "join"; readonly place: number }
  | Question;

const slot = fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3, 4, 5);
const slotOrGhost = fc.oneof({ weight: 12, arbitrary: slot }, fc.constant(ghostSlot));
/** Half of them on a grid that streams walk along, so that they meet to the millisecond. */
const nearMs = fc.oneof(
  fc.integer({ min: -500, max: 4_000 }),
  fc.integer({ min: -2, max: 40 }).map((place) => place * 98),
);
const farMs = fc.oneof(
  fc.integer({ min: -8.64e15, max: 8.64e15 }),
  fc.constantFrom(-8.64e15, 8.64e15, -(2 ** 50) - 1, 2 ** 50 + 1, 1_790_000_000_000),
);
const timeMs = fc.oneof({ weight: 14, arbitrary: nearMs }, farMs);
const value = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 400 }).map((number) => number / 10) },
  { weight: 2, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, 5e-324, -5e-324, 1e308, -1e308, Number.MAX_VALUE) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, -(2 ** 53) - 2, 0.1 + 0.2, 1e-7) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
);
const device = fc.nat(devices.length - 1);

const scattered = fc.array(fc.tuple(slotOrGhost, timeMs, value), { maxLength: 30 });
const stream: fc.Arbitrary<Stream> = fc.record({
  slot: slotOrGhost,
  fromMs: nearMs,
  count: fc.oneof(fc.integer({ min: 1, max: 250 }), fc.integer({ min: 1, max: 15 })),
  stepMs: fc.constantFrom(1, 7, 7, -7, 100),
  value: fc.oneof(fc.constant(undefined), value),
});

/** Of a series. */
export interface Name {
  readonly device: string;
  readonly metric: string;
}

export function nameOf(slot: number): Name {
  return { device: devices[slot % devices.length] as string, metric: `m${Math.floor(slot / devices.length)}` };
}

/** The rows of a batch, one by one. */
export function rowsOf({ rows }: AppendOp): readonly Row[] {
  if (!("count" in rows)) return rows;
  const { slot, fromMs, count, stepMs, value } = rows;
  return Array.from({ length: count }, (_, index) => [
    slot,
    fromMs + index * stepMs,
    value ?? ((index * 7919) % 1_000) / 10,
  ]);
}

const aside: fc.Arbitrary<Aside> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ added: [], decided: [], lost: [] }) },
  fc.record({
    added: fc.array(fc.tuple(slot, timeMs, value), { maxLength: 6 }),
    decided: fc.array(fc.nat(9), { maxLength: 3 }),
    lost: fc.array(fc.tuple(device, fc.integer({ min: 1, max: 5 })), { maxLength: 1 }),
  }),
);

const append: fc.Arbitrary<AppendOp> = fc.record({
  kind: fc.constant("append" as const),
  rows: fc.oneof(scattered, stream),
  marks: fc.array(fc.tuple(device, fc.nat(19), fc.integer({ min: -2, max: 9 })), { maxLength: 5 }),
  refusals: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    fc.array(fc.tuple(device, fc.constantFrom(1, 2, 45)), { maxLength: 2 }),
  ),
  told: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(fc.tuple(slot, fc.nat(99)), { maxLength: 3 })),
  aside,
  laterMs: fc.constantFrom(0, 10, 10, 10, 1_000, 10, 10, 40 * 24 * 3_600_000, -5_000),
  type: fc.nat(3),
});

const span = fc
  .oneof(
    { weight: 6, arbitrary: fc.tuple(timeMs, timeMs) },
    { weight: 1, arbitrary: nearMs.map((at) => [at, at + 1] as [number, number]) },
    { weight: 1, arbitrary: nearMs.map((at) => [at, at] as [number, number]) },
    { weight: 1, arbitrary: nearMs.map((at) => [at, Number.POSITIVE_INFINITY] as [number, number]) },
    { weight: 1, arbitrary: nearMs.map((at) => [Number.NEGATIVE_INFINITY, at] as [number, number]) },
    {
      weight: 1,
      arbitrary: fc.constant([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as [number, number]),
    },
  )
  .map(([a, b]): Span => ({ fromMs: Math.min(a, b), toMs: Math.max(a, b) }));

const merge = fc.tuple(slot, fc.nat(20)).map(([at, place]) => ({ kind: "merge" as const, slot: at, place }));
const move = fc.nat(20).map((place): MoveOp => ({ kind: "move", place }));

const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 14, arbitrary: append },
  { weight: 3, arbitrary: fc.constant({ kind: "seal" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("presence" as const),
      changes: fc.array(fc.tuple(fc.nat(devices.length), fc.constantFrom(0, 0, 700, -9)), { maxLength: 6 }),
      again: fc.boolean(),
      laterMs: fc.constantFrom(0, 10, 1_000, -500),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(slot, span).map(([at, range]) => ({ kind: "deleteRange" as const, slot: at, ...range })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(slot, nearMs, fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constantFrom(98, 1_000, 5_000)))
      .map(([at, fromMs, length]) => ({ kind: "hide" as const, slot: at, fromMs, toMs: fromMs + length })),
  },
  { weight: 1, arbitrary: fc.nat(20).map((place) => ({ kind: "show" as const, place })) },
  { weight: 1, arbitrary: slot.map((at) => ({ kind: "deleteSeries" as const, slot: at })) },
  { weight: 1, arbitrary: device.map((at) => ({ kind: "deleteDevice" as const, device: at })) },
  {
    weight: 1,
    arbitrary: fc.tuple(slot, fc.nat(3)).map(([at, metric]) => ({ kind: "rename" as const, slot: at, metric })),
  },
  { weight: 1, arbitrary: fc.nat(20).map((place) => ({ kind: "forget" as const, place })) },
  { weight: 2, arbitrary: merge },
  { weight: 4, arbitrary: move },
);
const ops = fc.array(op, { minLength: 1, maxLength: 8 });

const spinUs = fc.integer({ min: 0, max: 8_000 });
const signal = (mostAnswers: number): fc.Arbitrary<End> =>
  fc.record({ by: fc.constant("signal" as const), afterAnswers: fc.nat(mostAnswers), spinUs });
const statement = (points: readonly DeathPoint[], mostNth: number): fc.Arbitrary<End> =>
  fc.record({
    by: fc.constant("statement" as const),
    point: fc.constantFrom(...points),
    nth: fc.integer({ min: 1, max: mostNth }),
    after: fc.boolean(),
  });

/** Ends of a process that opens, in the middle of it or at once thereafter. */
const endsWhileOpening: fc.Arbitrary<readonly End[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  fc.array(
    fc.oneof(
      { weight: 3, arbitrary: statement(["any"], 60) },
      fc.record({ by: fc.constant("signal" as const), afterAnswers: fc.constant(0), spinUs: fc.nat(60_000) }),
    ),
    { minLength: 1, maxLength: 2 },
  ),
);

const kill: fc.Arbitrary<Step> = fc
  .record({
    kind: fc.constant("kill" as const),
    ops,
    end: fc.oneof(
      { weight: 2, arbitrary: signal(5) },
      { weight: 6, arbitrary: statement(deathPointNames, 3) },
      { weight: 1, arbitrary: statement(["any"], 60) },
    ),
    recoveries: endsWhileOpening,
    again: fc.boolean(),
    last: fc.nat(9),
    merged: fc.tuple(merge, move),
  })
  .map(({ last, merged, ...all }) => {
    // Whatever stands behind a slice of a merge would have to wait until that is answered.
    const until = all.ops.findIndex(({ kind }) => kind === "move");
    const rest = { ...all, ops: until < 0 ? all.ops : all.ops.slice(0, until + 1) };
    const absorbs = rest.end.by === "statement" && rest.end.point === "absorb";
    if (absorbs) return until < 0 ? { ...rest, ops: [...rest.ops, ...merged] } : rest;
    if (until >= 0) return rest;
    // A log as short as here is taken into the database by a close alone.
    const closes = last === 0 || (rest.end.by === "statement" && rest.end.point === "checkpoint");
    // Nothing is answered after it.
    if (closes) return { ...rest, ops: [...rest.ops, { kind: "close" as const }] };
    // So soon after readings came they are rolled up by a seal of everything alone.
    const rolls = rest.end.by === "statement" && rest.end.point === "roll";
    return rolls ? { ...rest, ops: [...rest.ops, { kind: "seal" as const }] } : rest;
  });

const question: fc.Arbitrary<Question> = fc
  .record({
    slot: slotOrGhost,
    span,
    limit: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constantFrom(1, 1_000)),
    everyMs: fc.oneof(
      fc.constantFrom(1, 7, 49, 98, 196, 980, 1_000, 100_000, 86_400_000),
      fc.integer({ min: 1, max: 5_000 }),
    ),
    originMs: fc.constantFrom(0, 0, 3, -7, 12_345, -1_000_000),
  })
  .map(({ span: range, ...rest }) => ({ kind: "ask" as const, ...rest, ...range }));

/** Readings that are dense enough for tiers. */
const flow = fc
  .tuple(append, fc.constantFrom(0, 1, 4), fc.integer({ min: -500, max: 2_000 }), fc.integer({ min: 150, max: 400 }))
  .map(([one, at, fromMs, count]): AppendOp => ({ ...one, type: 0, rows: { slot: at, fromMs, count, stepMs: 7 } }));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: ops.map((sent) => ({ kind: "send" as const, ops: sent })) },
  { weight: 3, arbitrary: kill },
  { weight: 1, arbitrary: fc.constant({ kind: "reopen" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "rest" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("thin" as const), atMs: nearMs, ops: fc.array(flow, { maxLength: 3 }) }),
  },
  { weight: 4, arbitrary: fc.nat(99).map((place) => ({ kind: "join" as const, place })) },
  { weight: 6, arbitrary: question },
);

export interface Script {
  /** From chunks that are never merged to chunks that always are. */
  readonly chunkBytes: number;
  /** Of a slice of work: 0 does the least of it. */
  readonly sliceMs: number;
  /** Ends of processes that begin the database. */
  readonly births: readonly End[];
  readonly steps: readonly Step[];
}

export const anyScript: fc.Arbitrary<Script> = fc.record({
  chunkBytes: fc.constantFrom(30, 300, 3_000),
  sliceMs: fc.constantFrom(0, 4),
  births: endsWhileOpening,
  steps: fc.array(step, { minLength: 15, maxLength: 45, size: "max" }),
});
