/** The small parts that the contract is built from. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closeRules, errorCodes, errorRules, shouldComeBack } from "../../server/protocol/codes.ts";
import { hasProtoKey, nestsDeeperThan } from "../../server/protocol/depth.ts";
import { parseDuration } from "../../server/protocol/duration.ts";
import { errorMessage, Refusal } from "../../server/protocol/errors.ts";
import { bucketOrigin, bucketStart, ladderWidth, widthForPoints } from "../../server/protocol/ladder.ts";
import { defaultLimits, limitText } from "../../server/protocol/limits.ts";
import { nearestName } from "../../server/protocol/nearest.ts";
import { compileSelectors, isLiteral } from "../../server/protocol/selector.ts";
import { deviceName, freeText, metricName, selector } from "../../server/protocol/values.ts";
import { printedSeed } from "../support/seed.ts";

const seed = printedSeed("parts");
const day = 86_400_000;

describe("names", () => {
  it.each([
    "boiler-1",
    "greenhouse/north/3",
    "a",
    "x".repeat(128),
    "温度",
    "a.b:c_d-e",
    "...",
    "a/.b",
    "constructor",
    "𝒳",
  ])("[P10] takes %j for a device", (name) => expect(deviceName.parse(name)).toBe(name));

  it.each([
    "",
    "a b",
    "/a",
    "a/",
    "a//b",
    ".",
    "..",
    "a/.",
    "../a",
    "x".repeat(129),
    "__proto__",
    "a*",
    "a,b",
    "a\n",
    "\u202ea",
    "😀",
  ])("[P10] refuses %j as a device", (name) => expect(deviceName.safeParse(name).success).toBe(false));

  it("[P10] takes no / in a metric, and * only in a selector", () => {
    expect(metricName.safeParse("a/b").success).toBe(false);
    expect(metricName.safeParse("a*").success).toBe(false);
    expect(selector.parse("greenhouse/*/t*")).toBe("greenhouse/*/t*");
    for (const bad of ["", "a b", "a,b", "x".repeat(129)]) expect(selector.safeParse(bad).success).toBe(false);
  });

  it("[P10] counts characters after NFC, as people do", () => {
    expect(metricName.parse("e\u0301".repeat(128))).toBe("é".repeat(128));
    expect(metricName.safeParse("e\u0301".repeat(129)).success).toBe(false);
    expect(metricName.safeParse("𝒳".repeat(128)).success).toBe(true);
  });

  it("[P16] takes free text of 256 characters, well-formed and without NUL", () => {
    expect(freeText.parse("°".repeat(256))).toBe("°".repeat(256));
    for (const bad of ["x".repeat(257), "\ud800", "a\0"]) expect(freeText.safeParse(bad).success).toBe(false);
  });
});

describe("selectors", () => {
  it.each([
    [["*"], "anything/at/all", true],
    [["green*"], "greenhouse/1", true],
    [["*/1"], "greenhouse/1", true],
    [["g*e/*"], "greenhouse/1/2", true],
    [["a*a"], "a", false],
    [["a*a"], "aa", true],
    [["a*b*c"], "a-c-b-c", true],
    [["a*b*c"], "acb", false],
    [["a", "b"], "b", true],
    [["a", "b"], "c", false],
  ])("[P10] %j matches %j: %s", (selectors, name, matches) => {
    expect(compileSelectors(selectors)(name)).toBe(matches);
  });

  it("[P10] match what the same pattern matches as a regular expression", () => {
    const pattern = fc.array(fc.constantFrom("a", "b", "*", "/"), { maxLength: 8 }).map((parts) => parts.join(""));
    const name = fc.array(fc.constantFrom("a", "b", "/"), { maxLength: 10 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(pattern, name, (one, text) => {
        const wanted = new RegExp(`^${one.replaceAll("*", ".*")}$`).test(text);
        expect(compileSelectors([one])(text)).toBe(wanted);
      }),
      { seed, numRuns: 5_000 },
    );
  });

  it("match everything where there are none", () => {
    expect(compileSelectors(undefined)("x") && compileSelectors([])("x")).toBe(true);
    expect([isLiteral("a/b"), isLiteral("a*")]).toEqual([true, false]);
  });
});

describe("the ladder", () => {
  it("[P49] has 1, 2, 5 × 10ᵏ ms, then clock steps, then 1, 2, 5 × 10ᵏ days", () => {
    const widths = new Set<number>();
    for (let ms = 1; ms < 200 * 365 * day; ms = ms * 1.01 + 0.3) widths.add(ladderWidth(ms));
    const [second, minute, hour] = [1_000, 60_000, 3_600_000];
    const wanted = [
      ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
      ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
      ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
      ...[1, 2, 3, 6, 12].map((n) => n * hour),
      ...[1, 7, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000].map((n) => n * day),
    ];
    expect([...widths]).toEqual(wanted.filter((width) => width <= Math.max(...widths)));
  });

  it("[P49] never gives more buckets than points, one more at the edges apart", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 4e12 }),
        fc.integer({ min: 1, max: 5_000 }),
        (fromMs, span, points) => {
          const width = widthForPoints(fromMs, fromMs + span, points);
          const first = bucketStart(fromMs, width);
          const last = bucketStart(fromMs + span - 1, width);
          expect((last - first) / width + 1).toBeLessThanOrEqual(points + 1);
          expect(first).toBeLessThanOrEqual(fromMs);
          expect(fromMs - first).toBeLessThan(width);
        },
      ),
      { seed },
    );
  });

  it("[P49] aligns weeks to Monday and all else to the epoch", () => {
    expect(new Date(bucketStart(Date.UTC(2026, 10, 24), 7 * day)).getUTCDay()).toBe(1);
    expect(new Date(bucketStart(Date.UTC(1958, 2, 29), 7 * day)).getUTCDay()).toBe(1);
    expect([bucketOrigin(day), bucketOrigin(10 * day), bucketOrigin(15 * 60_000)]).toEqual([0, 0, 0]);
    expect(bucketStart(-1, 1_000)).toBe(-1_000);
  });
});

describe("durations", () => {
  it.each([
    ["250", 250],
    ["250ms", 250],
    ["15s", 15_000],
    ["5m", 300_000],
    ["1.5h", 5_400_000],
    ["7d", 7 * day],
  ])("[P57] reads %s", (text, ms) => expect(parseDuration(text)).toBe(ms));
  it.each(["", "s", "-5s", "5 m", "5w", "1e3", "Infinity"])("[P57] takes %j for none", (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );
});

describe("the nearest name", () => {
  const known = ["device", "reportInterval", "metrics", "to", "from", "id"];
  it.each([
    ["devcie", "device"],
    ["Device", "device"],
    ["report_interval", "reportInterval"],
    ["reportInterva", "reportInterval"],
    ["metric", "metrics"],
    ["form", "from"],
    ["ID", "id"],
  ])("[P7] of %s is %s", (name, near) => expect(nearestName(name, known)).toBe(near));
  it.each(["tz", "xyz", "", "colour", "x".repeat(5_000)])("[P7] of %s is none", (name) =>
    expect(nearestName(name, known)).toBeUndefined(),
  );
});

describe("depth", () => {
  it("[P5] is what a recursive walk finds", () => {
    const depthOf = (value: unknown): number =>
      typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const depth = depthOf(value);
        const text = JSON.stringify(value);
        expect(nestsDeeperThan(text, depth)).toBe(false);
        if (depth > 0) expect(nestsDeeperThan(text, depth - 1)).toBe(true);
      }),
      { seed },
    );
  });

  it("[P8] finds a __proto__ key of any object, and nothing else", () => {
    expect(hasProtoKey(JSON.parse('{"a":[{"b":{"__proto__":1}}]}'))).toBe(true);
    expect(hasProtoKey(JSON.parse('{"a":"__proto__","b":["__proto__"],"constructor":{}}'))).toBe(false);
    expect(hasProtoKey(JSON.parse("[".repeat(100_000) + "]".repeat(100_000)))).toBe(false);
  });
});

describe("refusals", () => {
  it("[P38] go over the wire with code, message and whether they may be retried", () => {
    for (const code of errorCodes) {
      const wire = new Refusal(code, "why", { limit: 5 }, { id: 3 }).toMessage();
      expect(errorMessage.parse(wire)).toEqual(wire);
      expect(wire).toEqual({
        type: "error",
        id: 3,
        code,
        message: "why",
        retryable: errorRules[code].retryable,
        details: { limit: 5 },
      });
    }
    expect(new Refusal("internal", "why").toMessage({ seq: 4 })).toMatchObject({ seq: 4 });
  });

  it("[P40] say for each close code whether to come back", () => {
    const stay = Object.entries(closeRules).filter(([, rule]) => !rule.comeBack);
    expect(stay.map(([code]) => Number(code))).toEqual([4401, 4403, 4409]);
    expect([shouldComeBack(1006), shouldComeBack(4409), shouldComeBack(1012)]).toEqual([true, false, true]);
  });

  it("[P38] name a limit with its value and its flag", () => {
    expect(limitText("metricsPerDevice", defaultLimits.metricsPerDevice)).toBe(
      "the limit metricsPerDevice is 1000 (setting --limit-metrics-per-device)",
    );
  });
});
