/** What a hub receives is recorded and played into an empty one: both hold the same then. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Link } from "../../../simulator/link.ts";
import { RecordFile } from "../../../simulator/record/file.ts";
import { formatOf, heads, lineOf, type RecordFormat } from "../../../simulator/record/lines.ts";
import { Recording } from "../../../simulator/replay/recording.ts";
import { printedSeed } from "../../support/seed.ts";
import { hubsOfTest, type TestHub } from "../../support/start-hub.ts";
import { everything, filesOfTest, played, playedFile, socketUrl } from "../replay/playing.ts";
import { Listening } from "./listening.ts";

type Reading = readonly [device: string, metric: string, time: number, value: number | boolean | string];

const hubs = hubsOfTest();
const file = filesOfTest();

/** A name with whatever may stand in one, such as what a spreadsheet would run. */
const name = fc.stringMatching(/^[-:._aä9][-:._aä9]{0,8}$/u).filter((text) => !/^\.+$/.test(text));
/** Texts that a CSV, a spreadsheet or a reader of numbers may take for something else. */
const text = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "12",
    "true",
    "NaN",
    "null",
    "-0",
    "=1+1",
    "'=1",
    "''-x",
    "'",
    "a,b",
    'a"b',
    "a\r\nb",
    "\n",
    "#",
    "\t",
    "😀",
  ),
  fc.string({ unit: "grapheme", maxLength: 60 }).filter((one) => one.isWellFormed() && !one.includes("\0")),
);
const number = fc.oneof(
  fc.constantFrom(0, -0, 5e-324, Number.MAX_VALUE, -1.5, 0.1 + 0.2, 1e21, 2 ** 53),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
/** Decades old, before the epoch, and where times look like seconds. */
const time = fc.oneof(
  fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2026, 0) }),
  fc.integer({ min: -1_000, max: 1_000 }),
  fc.integer({ min: 0, max: 50 }).map((ms) => Date.UTC(2000, 0) + ms),
);
const series = fc.tuple(name, name, fc.constantFrom("number", "boolean", "string")).chain(([device, metric, type]) =>
  fc
    .array(fc.tuple(time, type === "number" ? number : type === "boolean" ? fc.boolean() : text), {
      minLength: 1,
      maxLength: 30,
    })
    .map((rows) => rows.map(([at, value]): Reading => [device, metric, at, value])),
);
const readings = fc
  .uniqueArray(series, { minLength: 1, maxLength: 6, selector: ([one]) => `${one?.[0]} ${one?.[1]}` })
  .map((all) => all.flat());

async function send(hub: TestHub, all: readonly Reading[]): Promise<void> {
  const link = new Link(socketUrl(hub), { device: "gateway", historic: true, WebSocket });
  for (const device of new Set(all.map(([one]) => one))) link.describe(device, { historic: true });
  for (const [device, metric, at, value] of all) link.send(metric, value, at, device);
  await link.flush();
  expect(link.stats.rejected).toBe(0);
  link.close();
}

describe.each<RecordFormat>(["csv", "ndjson"])("a recording in %s", (format) => {
  it("[Y12] read back is what was written, sign of zero, blanks, quotes and all", async () => {
    const seed = printedSeed(`lines in ${format}`);
    await fc.assert(
      fc.asyncProperty(readings, async (all) => {
        const lines = all.map(([device, metric, at, value]) => lineOf({ device, metric, time: at, value }, format));
        const recording = await Recording.open(file(`a.${format}`, heads[format] + lines.join("")));
        const back: Reading[] = [];
        for await (const moments of recording.moments())
          for (const {
            device,
            time: at,
            readings: [one],
          } of moments)
            if (one) back.push([device, one[0], at, one[1]]);
        expect(back).toEqual(all);
      }),
      // What stands for bytes that are no text may also be meant.
      { seed, numRuns: 100, examples: [[[["a", "m", 0, "\uFFFD"]]]] },
    );
  });

  it("[Y12] of a hub, played into an empty one, gives the same readings", async () => {
    const seed = printedSeed(`recording in ${format}`);
    await fc.assert(
      fc.asyncProperty(readings, async (all) => {
        const [from, to] = [await hubs(), await hubs()];
        const path = `${file("x", "")}.${format}`;
        const out = await RecordFile.create(path, heads[format]);
        const listening = new Listening({
          url: socketUrl(from),
          onReading: (device, metric, at, value) => out.write(lineOf({ device, metric, time: at, value }, format)),
        });
        await listening.listens();
        await send(from, all);
        await listening.has(all.length);
        listening.close();
        await out.close();
        expect(out.failed).toBeUndefined();
        const recording = await Recording.open(path);
        expect(recording.contents.readings).toBe(all.length);
        const { stored, rejected } = await played(to, recording);
        expect({ stored, rejected }).toEqual({ stored: all.length, rejected: 0 });
        expect(await everything(to)).toEqual(await everything(from));
        expect(listening.holes).toEqual([]);
        await Promise.all([from.stop(), to.stop()]);
      }),
      { seed, numRuns: 8 },
    );
  });

  it("[Y12] as the hub exports it, played into an empty one, gives the same readings", async () => {
    const [from, to] = [await hubs(), await hubs()];
    const all: Reading[] = [];
    for (let index = 0; index < 200; index++) {
      const at = Date.UTC(1999, 11, 31) + index * 1_234_567;
      all.push(
        ["-odd/a", "t", at, index === 7 ? -0 : index / 7],
        ["b", "=s".slice(1), at, index % 3 ? "=1+1" : "a, b"],
      );
      all.push(["b", "ok", at, index % 2 === 0]);
    }
    await send(from, all);
    const query = new URLSearchParams({
      device: "*",
      metric: "*",
      from: "-8640000000000000",
      to: "8640000000000000",
      format,
    });
    const answer = await fetch(`${from.url}/api/v1/readings?${query}`);
    expect(answer.status).toBe(200);
    await playedFile(to, file(`export.${format}`, await answer.text()));
    expect(await everything(to)).toEqual(await everything(from));
  });

  it("[Y12] is told by the file's name, and takes the place of no other file", async () => {
    expect(formatOf(`a/b.${format}`)).toBe(format);
    expect(formatOf("a.txt")).toBeUndefined();
    const path = file(`a.${format}`, "mine");
    await expect(RecordFile.create(path, heads[format])).rejects.toMatchObject({ code: "EEXIST" });
    expect(readFileSync(path, "utf8")).toBe("mine");
  });
});
