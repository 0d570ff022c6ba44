/** Files that nobody here made: each is played, and every value found again by the API, or refused with a sentence that is true. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHub, type TestHub } from "../../support/start-hub.ts";
import { everything, playedFile, refusalOf } from "./playing.ts";

const folder = fileURLToPath(new URL("../../../node_modules/vega-datasets/data/", import.meta.url));

/** Cells by plain means; none of the files that are played has a quote in it. */
function rowsOf(file: string): Record<string, string>[] {
  const text = readFileSync(folder + file, "utf8");
  expect(text).not.toContain('"');
  const [header = "", ...lines] = text.trimEnd().split(/\r?\n/);
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, place) => [names[place], cell])));
}

const utc = (text: string) => Date.parse(`${text} UTC`);
const firstOfYear = (text: string) => Date.UTC(Number(text), 0, 1);

interface Played {
  readonly time: string;
  readonly ms: (text: string) => number;
  /** The column, where the file has one. */
  readonly device?: string;
  /** Names that a hub does not take as they stand. */
  readonly renamed?: Readonly<Record<string, string>>;
}

const plays: Readonly<Record<string, Played>> = {
  "co2-concentration.csv": { time: "Date", ms: utc, renamed: { "adjusted CO2": "adjusted_CO2" } },
  "disasters.csv": { time: "Year", ms: firstOfYear, device: "Entity" },
  "github.csv": { time: "time", ms: utc },
  "global-temp.csv": { time: "year", ms: firstOfYear },
  "iowa-electricity.csv": { time: "year", ms: utc, device: "source" },
  "seattle-weather-hourly-normals.csv": { time: "date", ms: (text) => Date.parse(`${text}Z`) },
  "seattle-weather.csv": { time: "date", ms: utc },
  "sp500-2000.csv": { time: "date", ms: utc },
  "sp500.csv": { time: "date", ms: utc },
  "stocks.csv": { time: "date", ms: utc, device: "symbol" },
  "us-employment.csv": { time: "month", ms: utc },
  "weather.csv": { time: "date", ms: utc, device: "location" },
};

const withoutTimes = [
  "airports.csv",
  "flights-airport.csv",
  "gapminder-health-income.csv",
  "lookup_groups.csv",
  "lookup_people.csv",
  "population_engineers_hurricanes.csv",
  "species.csv",
  "unemployment.tsv",
  "windvectors.csv",
  "zipcodes.csv",
];

/** Many rows of one day, and no column that says whose. */
const ofNobody = { "birdstrikes.csv": "Flight Date", "la-riots.csv": "death_date" };

describe("[Y11] the tables of vega-datasets", () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await startHub();
  });
  afterAll(() => hub.stop());

  it("are all played or refused here", () => {
    const tables = readdirSync(folder).filter((name) => /\.[ct]sv$/.test(name));
    expect(tables.sort()).toEqual([...Object.keys(plays), ...withoutTimes, ...Object.keys(ofNobody)].sort());
  });

  it.each(Object.entries(plays))(
    "%s is played, and every value is found again",
    async (file, { time, ms, device, renamed }) => {
      const rows = rowsOf(file);
      const expected: Record<string, [number, unknown][]> = {};
      let readings = 0;
      for (const row of rows) {
        const of = (device === undefined ? file.replace(".csv", "") : (row[device] as string))
          .replaceAll(/[ ()]+/g, "_")
          .replace(/_$/, "");
        for (const [column, cell] of Object.entries(row)) {
          if (column === time || column === device || cell === "") continue;
          const number = Number(cell);
          expected[`${of} ${renamed?.[column] ?? column}`] ??= [];
          expected[`${of} ${renamed?.[column] ?? column}`]?.push([
            ms(row[time] as string),
            Number.isNaN(number) ? cell : number,
          ]);
          readings++;
        }
      }
      for (const series of Object.values(expected)) series.sort(([one], [other]) => one - other);
      const { stored, rejected, dropped, pending } = await playedFile(hub, folder + file);
      expect({ stored, rejected, dropped, pending }).toEqual({ stored: readings, rejected: 0, dropped: 0, pending: 0 });
      const devices = new Set(Object.keys(expected).map((name) => name.split(" ")[0] as string));
      const found = Object.entries(await everything(hub)).filter(([name]) => devices.has(name.split(" ")[0] as string));
      expect(Object.fromEntries(found)).toEqual(expected);
      for (const name of devices)
        expect((await hub.http("GET", `device?id=${encodeURIComponent(name)}`)).body.historic).toBe(true);
    },
  );

  it.each(withoutTimes)("%s is refused: it has no column with times", async (file) => {
    const header = readFileSync(folder + file, "utf8").split(/\r?\n/, 1)[0] as string;
    const columns = header.split(/[,\t]/).map((name) => `"${name}"`);
    expect(await refusalOf(folder + file)).toBe(
      `No column has times in it: name the one that has with --time-column; the columns are ${columns.join(", ")}.`,
    );
  });

  it.each(Object.entries(ofNobody))(
    "%s is refused: it has several rows of one day, and does not say whose",
    async (file, column) => {
      const lines = readFileSync(folder + file, "utf8")
        .trimEnd()
        .split(/\r?\n/);
      const place = lines[0]?.split(",").indexOf(column) as number;
      const [, line, before] =
        /^Line (\d+), column ".*": expected one row at a time .*, found the time of line (\d+) again\.$/m.exec(
          await refusalOf(folder + file),
        ) ?? [];
      // Neither line has a comma within quotes before that column.
      const [one, other] = [line, before].map((number) => lines[Number(number) - 1]?.split(",")[place]);
      expect(one).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(one).toBe(other);
    },
  );
});
