import { describe, expect, it } from "vitest";
import { Refusal } from "../../server/protocol/errors.ts";
import {
  parseDeleteQuery,
  parseDevicesQuery,
  parseMoment,
  parseReadingsQuery,
  parseSeriesQuery,
} from "../../server/protocol/query.ts";

const nowMs = Date.UTC(2026, 10, 24, 12);
const readings = (query: string) => parseReadingsQuery(new URLSearchParams(query), nowMs);

function refused(read: () => unknown): Refusal {
  try {
    read();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("accepted");
}

describe("moments", () => {
  it.each([
    ["1700000000000", { atMs: 1_700_000_000_000 }],
    ["-377711769600000", { atMs: -377_711_769_600_000 }],
    ["1700000000000.6", { atMs: 1_700_000_000_001 }],
    ["0", { atMs: 0 }],
    ["2026-11-24T12:00:00Z", { atMs: nowMs }],
    ["2026-11-24T12:00Z", { atMs: nowMs }],
    ["2026-11-24T13:00:00.250+01:00", { atMs: nowMs + 250 }],
    ["2026-11-24T13:00:00 01:00", { atMs: nowMs }],
    ["2026-11-24T06:30:00-05:30", { atMs: nowMs }],
    ["1958-03-29T00:00:00Z", { atMs: Date.UTC(1958, 2, 29) }],
    ["-15m", { beforeNowMs: 900_000 }],
    ["-1.5h", { beforeNowMs: 5_400_000 }],
    ["-250ms", { beforeNowMs: 250 }],
  ])("[P58] reads %s", (text, moment) => {
    expect(parseMoment(text)).toEqual(moment);
  });

  it.each([
    ...["", "yesterday", "now", "15m", "1e3", "NaN", "--5m", "-5w", "9e15", "9000000000000000"],
    ...["2026-11-24", "2026-11-24T12:00:00", "2026-13-40T12:00Z", "2026-11-24T12:00:00+01", "2026-11-24 12:00Z"],
  ])("[P58] takes %j for no moment", (text) => {
    expect(parseMoment(text)).toBeUndefined();
  });
});

describe("the query of GET readings", () => {
  it("[P58] starts an hour ago and ends now", () => {
    expect(readings("device=a&metric=t")).toEqual({
      device: ["a"],
      metric: ["t"],
      literal: true,
      fromMs: nowMs - 3_600_000,
      toMs: nowMs,
      points: undefined,
      everyMs: undefined,
      aggregates: undefined,
      format: undefined,
      time: undefined,
      withHidden: false,
    });
  });

  it("[P57] takes selectors repeated and in comma lists", () => {
    const query = readings("device=a,b&device=green*&metric=t&metric=u&aggregates=mean,max&aggregates=mean&points=300");
    expect(query).toMatchObject({ device: ["a", "b", "green*"], metric: ["t", "u"], literal: false, points: 300 });
    expect(query.aggregates).toEqual(["mean", "max"]);
  });

  it.each([
    ["device=a&metric=t", true],
    ["device=a/b&metric=t", true],
    ["device=a&metric=*", false],
    ["device=a*&metric=t", false],
    ["device=a,b&metric=t", false],
    ["device=a&metric=t&metric=u", false],
  ])("[P59] knows whether it asks for one literal pair: %s", (query, literal) => {
    expect(readings(query).literal).toBe(literal);
  });

  it.each([
    ["every=5m", 300_000],
    ["every=250", 250],
    ["every=1d", 86_400_000],
  ])("[P57] reads %s as a duration", (text, everyMs) => {
    expect(readings(`device=a&metric=t&${text}`)).toMatchObject({ everyMs, points: undefined });
  });

  it.each([
    ["metric=t", "device is missing"],
    ["device=a", "metric is missing"],
    ["device=a b&metric=t", 'device[0] "a b" is not a selector'],
    ["device=&metric=t", "device[0]"],
    ["device=a&metric=t&points=0", 'points "0" is not a whole number from 1 to 5000'],
    ["device=a&metric=t&points=5001", "5000"],
    ["device=a&metric=t&points=1.5", "points"],
    ["device=a&metric=t&every=0", 'every "0" is not a duration of at least 1 ms'],
    ["device=a&metric=t&every=soon", "15s, 5m, 1h, 7d"],
    ["device=a&metric=t&points=5&every=5m", "points (buckets wanted) or every (their width), not both"],
    ["device=a&metric=t&points=5&aggregates=avg", "first, last, min, max, mean, sum, count"],
    ["device=a&metric=t&aggregates=mean", "aggregates needs points or every"],
    ["device=a&metric=t&across=devices", "across needs points or every"],
    ["device=a&metric=t&points=9&across=metrics", 'across "metrics"'],
    ["device=a&metric=t&points=9&across=devices&aggregates=first", "min, max, mean, sum, count, p5, p50, p95, p99"],
    ["device=a&metric=t&points=9&across=devices&aggregates=rate", "aggregates rate does not go with across=devices"],
    ["device=a&metric=t&points=9&aggregates=p95", "aggregates p95 goes with across=devices"],
    ["device=a&metric=t&tz=Europe/Berlin", "tz needs points or every"],
    ["device=a&metric=t&every=1d&tz=Europe/Bonn", 'tz "Europe/Bonn" is not an IANA time zone, such as Europe/Berlin'],
    ["device=a&metric=t&from=yesterday", 'from "yesterday" is not a time'],
    ["device=a&metric=t&to=2026-11-24T12:00:00", "ISO 8601 with Z or an offset"],
    ["device=a&metric=t&from=-0m", "must lie before to"],
    ["device=a&metric=t&from=2026-11-24T12:00:00Z&to=2026-11-24T11:00:00Z", "2026-11-24T12:00:00.000Z"],
    ["device=a&metric=t&from=1&from=2", "from is given twice"],
    ["device=a&metric=t&format=xml", 'format "xml" must be "json" or "csv" or "ndjson"'],
    ["device=a&metric=t&time=s", 'time "s" must be "iso" or "ms"'],
  ])("[P57] refuses %s and says what is allowed", (query, words) => {
    const refusal = refused(() => readings(query));
    expect(refusal.code).toBe("invalid_query");
    expect(refusal.message).toContain(words);
    expect(refusal.message.length).toBeLessThanOrEqual(1_000);
  });

  it("[P7] refuses an unknown parameter with the nearest known name", () => {
    const refusal = refused(() => readings("device=a&metrics=t"));
    expect(refusal.code).toBe("unknown_field");
    expect(refusal.message).toContain('unknown parameter "metrics": did you mean metric?');
    for (const name of ["__proto__", "constructor", "toString"])
      expect(refused(() => readings(`device=a&metric=t&${name}=x`)).code).toBe("unknown_field");
  });

  it("[P10] brings selectors into NFC", () => {
    expect(readings(`device=${encodeURIComponent("gro\u0308ße")}&metric=*`).device).toEqual(["größe"]);
  });

  it("[P39] refuses thousands of parameters in few words", () => {
    const query = Array.from({ length: 20_000 }, (_, index) => `p${index}=1`).join("&");
    expect(refused(() => readings(query)).message.length).toBeLessThanOrEqual(1_000);
    expect(refused(() => readings(`metric=t&device=${"a b,".repeat(20_000)}`)).message.length).toBeLessThanOrEqual(
      1_000,
    );
  });
});

describe("the other queries", () => {
  it("[P57] page devices and series", () => {
    expect(parseDevicesQuery(new URLSearchParams(""))).toEqual({ limit: 1_000 });
    expect(parseDevicesQuery(new URLSearchParams("device=a*&limit=5&cursor=x"))).toEqual({
      device: ["a*"],
      limit: 5,
      cursor: "x",
    });
    expect(parseSeriesQuery(new URLSearchParams("metric=t,u"))).toEqual({ metric: ["t", "u"], limit: 1_000 });
    for (const [query, words] of [
      ["limit=0", "from 1 to 10000"],
      ["limit=10001", "from 1 to 10000"],
      ["limit=x", "limit"],
      ["cursor=", "cursor"],
      ["limit=1&limit=2", "limit is given twice"],
    ] as const) {
      const refusal = refused(() => parseSeriesQuery(new URLSearchParams(query)));
      expect(refusal.code).toBe("invalid_query");
      expect(refusal.message).toContain(words);
    }
    expect(refused(() => parseDevicesQuery(new URLSearchParams("metric=t"))).code).toBe("unknown_field");
  });

  it("[P58] removes everything where no end is given, and only the range where one is", () => {
    const query = (text: string) => parseDeleteQuery(new URLSearchParams(text), nowMs);
    expect(query("device=a&metric=t")).toMatchObject({
      fromMs: Number.NEGATIVE_INFINITY,
      toMs: Number.POSITIVE_INFINITY,
      literal: true,
    });
    expect(query("device=a&metric=t&to=-1d")).toMatchObject({
      fromMs: Number.NEGATIVE_INFINITY,
      toMs: nowMs - 86_400_000,
    });
    expect(query("device=a&metric=t&from=-0m")).toMatchObject({ fromMs: nowMs, toMs: Number.POSITIVE_INFINITY });
    expect(refused(() => query("device=a")).message).toContain("metric is missing");
    expect(refused(() => query("device=a&metric=t&points=5")).code).toBe("unknown_field");
  });
});
