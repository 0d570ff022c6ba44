/** What is in `schema-6.db.gz`: a boiler in chunks and tiers, a door in the journal alone, and some of all that a hub of schema 6 keeps beside readings. */
import type { Policy } from "../../../server/protocol/keep.ts";
import type { SetAside } from "../../../server/store/quarantine.ts";
import type { PresenceChange } from "../../../server/store/store.ts";
import type { Row } from "../world.ts";

const at = Date.UTC(2026, 10, 26);
const readings = 50_000;
const everyMs = 2_000;

/** As the boiler sent them, sealed and rolled up. */
export function powerOfSchema6(): Row[] {
  return Array.from({ length: readings }, (_, index): Row => [at + index * everyMs, 1_500 + (index % 45) * 10]);
}

/** Of the door; its metric was `dor` at first. */
export const doorOfSchema6: readonly Row[] = [
  [at, false],
  [at + 7_000, true],
  [at + 9_000_000, false],
];

export const maskOfSchema6 = { series: 1, fromMs: at + 60_000, toMs: at + 120_000, atMs: at + 1, note: "cleaned" };

export const deviceOfSchema6 = { device: "boiler-1", firstSeenMs: at, meta: { said: { name: "Boiler" } } };

export const metricOfSchema6 = { device: "boiler-1", metric: "power", meta: { said: { unit: "W" } } };

export const markOfSchema6 = { device: "boiler-1", session: "first", seq: 42 };

export const asideOfSchema6: SetAside = {
  ...{ device: "boiler-1", metric: "power", timeMs: 5, value: -0, atMs: at + 2, code: "time_suspicious" },
};

export const presenceOfSchema6: PresenceChange = {
  ...{ device: "boiler-1", number: 1, atMs: at, state: "online", reason: "connected", sinceMs: at },
};

export const policiesOfSchema6: readonly Policy[] = [{ device: "boiler-*", metric: "*", ages: { raw: 2_592_000_000 } }];

export const budgetOfSchema6 = 5_000_000_000;

/** Of the door, as the hub found it. */
export const holesOfSchema6 = { fromMs: [at + 7_000], toMs: [at + 9_000_000], cause: ["offline"] } as const;

/** How far the boiler was looked at for gaps. */
export const lookedOfSchema6 = { throughMs: at + 10_000_000, graceMs: 60_000 };
