/** What the data takes on the disk, what a removal would give back, and how long what is kept. */
import { z } from "zod";
import { decodeObject } from "./edit.ts";
import type { DecodeLimits } from "./envelope.ts";
import { Refusal } from "./errors.ts";
import { keepAllowed, type Policy, parseKeep } from "./keep.ts";
import { atLeast, atMost } from "./lengths.ts";
import { deviceName, metricName, selector, time } from "./values.ts";

/** What the largest `limit` series are found by; the greatest first, names in order. */
export const storageSorts = ["bytes", "bytesPerDay", "readings", "span", "name"] as const;
export type StorageSort = (typeof storageSorts)[number];

/** Raw readings that went because the budget was reached, since the hub was started. */
export const thinnedReadings = z.object({
  readings: z.int(),
  /** Compressed, bytes. */
  bytes: z.int(),
  /** Device time of the newest of them. */
  through: time,
  /** Those of which nothing is left, since no tier of hours holds them. */
  lost: z.int(),
});

/** How long what is kept of series, in the words of `--keep`. */
const policyEntry = z.strictObject({
  device: selector,
  metric: selector,
  keep: z.string().check(atMost(500)).describe(keepAllowed),
});
export type PolicyEntry = z.infer<typeof policyEntry>;

/** Readings that went, or would go, because of their age. */
const agedReadings = z.object({
  /** Raw ones; of each its hour stays, but for those that are `lost`. */
  readings: z.int(),
  /** Those of which nothing stays: no tier is kept so long either. */
  lost: z.int(),
  /** As compressed, with what goes of tiers. */
  bytes: z.int(),
  /** Device times of the first and last of them; null for none. */
  from: time.nullable(),
  through: time.nullable(),
});

export const storageAnswer = z.object({
  hubTime: time,
  /** What counts against the budget, bytes: the database without the free pages of its file. */
  used: z.int(),
  /** Of it the journal, in which the newest readings stand uncompressed, bytes. */
  journal: z.int(),
  /** What the data may take, bytes; null for as much as the disk has. */
  budget: z.int().nullable(),
  /** How that was said: `auto`, `off`, or a size such as `2 GB`. */
  budgetSaid: z.string(),
  /** True where `--budget` says it: nothing that is said here counts then. */
  budgetByFlag: z.boolean(),
  diskFree: z.int(),
  /** `--min-free`: below it no readings are taken, bytes. */
  minFree: z.int(),
  /** What a day adds, bytes; null while that is not known yet, which takes a day. */
  bytesPerDay: z.number().nullable(),
  /** Until the budget, or the disk, is full at that rate; null where it is not known, or where the data does not grow. */
  daysLeft: z.number().nullable(),
  thinned: thinnedReadings.nullable(),
  /** What went by its age since the hub was started. */
  aged: agedReadings.nullable(),
  /** The first that matches a series counts for it, and `keep` (`--keep`) where none does. */
  policies: z.array(policyEntry),
  keep: z.string(),
  series: z.array(
    z.object({
      series: z.int(),
      device: deviceName,
      metric: metricName,
      /** Its place in `policies`, from 0; null where none matches it. */
      policy: z.int().nullable(),
      /** Compressed readings with their part of the pages, and the series' part of the journal. */
      bytes: z.int(),
      readings: z.int(),
      firstTime: time,
      lastTime: time,
      /** At the rate of the last seven days, or of those it has; null of less than an hour. */
      bytesPerDay: z.number().nullable(),
    }),
  ),
  /** Series that match and are not among them. */
  others: z.object({ series: z.int(), bytes: z.int(), readings: z.int() }),
});
export type StorageAnswer = z.infer<typeof storageAnswer>;
export type StorageEntry = StorageAnswer["series"][number];

/** About what `DELETE readings` with the same query takes away. */
export const storagePreviewAnswer = z.object({
  /** Series that have any. */
  series: z.int(),
  readings: z.int(),
  /** What becomes free on the disk, a while later. */
  bytes: z.int(),
});
export type StoragePreviewAnswer = z.infer<typeof storagePreviewAnswer>;

/** `PUT storage/policies`, all of them at once, and `POST storage/preview`. */
export const policiesOrder = z.strictObject({ policies: z.array(policyEntry).check(atMost(100)) });

export const policiesAnswer = z.object({
  /** In order: the first that matches a series counts for it. */
  policies: z.array(
    policyEntry.extend({
      /** How many series it counts for. */
      series: z.int(),
    }),
  ),
  /** `--keep`: it counts for all other series. */
  keep: z.string(),
  others: z.int(),
});
export type PoliciesAnswer = z.infer<typeof policiesAnswer>;

const agedPreview = agedReadings.extend({ series: z.int() });

/** About what would go now by policies. */
export const agedPreviewAnswer = agedPreview.extend({
  /** The same by each of them, and by `--keep`, the last. */
  policies: z.array(agedPreview),
});
export type AgedPreviewAnswer = z.infer<typeof agedPreviewAnswer>;

/** `PUT storage/budget`. */
export const budgetOrder = z.strictObject({
  budget: z
    .string()
    .check(atLeast(1), atMost(40))
    .describe("auto, off, or a size of at least 1MB such as 500 MB or 2 GB"),
});

export const budgetAnswer = z.object({
  /** What the data may take from now on, bytes; null for as much as the disk has. */
  budget: z.int().nullable(),
  budgetSaid: z.string(),
});
export type BudgetAnswer = z.infer<typeof budgetAnswer>;

/** Reads the body of `PUT storage/policies` and of `POST storage/preview`. */
export function decodePolicies(text: string, limits: DecodeLimits): Policy[] | Refusal {
  const example = '{"policies":[{"device":"*","metric":"vibration*","keep":"raw 30d"}]}';
  const order = decodeObject(text, policiesOrder, example, limits);
  if (order instanceof Refusal) return order;
  const policies: Policy[] = [];
  for (const [at, { device, metric, keep }] of order.policies.entries()) {
    const ages = parseKeep(keep);
    if (typeof ages === "string")
      return new Refusal("invalid_value", `policies[${at}].keep: ${ages}; it takes ${keepAllowed}`);
    policies.push({ device, metric, ages });
  }
  return policies;
}

/** Reads the body of `PUT storage/budget`. */
export function decodeBudgetOrder(text: string, limits: DecodeLimits): z.infer<typeof budgetOrder> | Refusal {
  return decodeObject(text, budgetOrder, '{"budget":"2 GB"}', limits);
}
