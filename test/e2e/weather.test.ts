/**
 * Real input: four years of Seattle's daily weather, as recorded, sent through the socket, found by the API to the last
 * value, and seen as curves in a browser. (1,461 days; the data set comes with the package vega-datasets.)
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { card, drawnLine, wordsOf } from "./reading-page.ts";
import { World } from "./world.ts";

const device = "weather/seattle";
const numeric = ["precipitation", "temp_max", "temp_min", "wind"] as const;
const metrics = [...numeric, "weather"] as const;

interface Weather {
  readonly times: number[];
  readonly values: Record<(typeof metrics)[number], (number | string)[]>;
}

function seattleWeather(): Weather {
  const path = new URL("../data/seattle-weather.csv", import.meta.resolve("vega-datasets"));
  const [head = "", ...lines] = readFileSync(path, "utf8").trim().split(/\r?\n/);
  const columns = head.split(",");
  const rows = lines.map((line) => line.split(","));
  const column = (name: string) => rows.map((row) => row[columns.indexOf(name)] as string);
  const numbers = Object.fromEntries(numeric.map((name) => [name, column(name).map(Number)])) as Record<
    (typeof numeric)[number],
    number[]
  >;
  return { times: column("date").map((date) => Date.parse(date)), values: { ...numbers, weather: column("weather") } };
}

/** How alike two series of numbers move: 1 for the same shape. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, squaresA, squaresB] = [0, 0, 0];
  for (const [index, value] of a.entries()) {
    const [fromA, fromB] = [value - meanA, (b[index] as number) - meanB];
    both += fromA * fromB;
    squaresA += fromA ** 2;
    squaresB += fromB ** 2;
  }
  return both / Math.sqrt(squaresA * squaresB);
}

describe("Seattle's weather", () => {
  let world: World;
  const weather = seattleWeather();

  beforeAll(async () => {
    world = await World.start();
    const sender = await world.device(device, {
      name: "Seattle weather",
      historic: true,
      metrics: {
        precipitation: { unit: "mm", label: "Precipitation" },
        temp_max: { unit: "°C", label: "Highest temperature" },
        temp_min: { unit: "°C", label: "Lowest temperature" },
        wind: { unit: "m/s", label: "Wind" },
        weather: { label: "Weather", kind: "state" },
      },
    });
    const rows = weather.times.flatMap((time, index) =>
      metrics.map((metric) => ({ metric, value: weather.values[metric][index], time })),
    );
    let seq = 0;
    for (let at = 0; at < rows.length; at += 1_000) {
      sender.send({ type: "readings", seq: ++seq, readings: rows.slice(at, at + 1_000) });
    }
    await sender.until((answer) => answer.type === "ack" && answer.seq === seq);
    const acks = sender.seen.filter(({ type }) => type === "ack") as { stored?: number; rejectedCount?: number }[];
    expect(acks.reduce((sum, { stored = 0 }) => sum + stored, 0)).toBe(rows.length);
    expect(acks.filter(({ rejectedCount }) => rejectedCount)).toEqual([]);
    sender.wire.close();
  });
  afterAll(() => world.stop());

  it("has its 1,461 days", () => {
    expect(weather.times).toHaveLength(1_461);
    expect(weather.times[0]).toBe(Date.UTC(2012, 0, 1));
    expect(weather.times.at(-1)).toBe(Date.UTC(2015, 11, 31));
  });

  it.each(metrics)("every value of %s is found by the API, with its own time", async (metric) => {
    const query = new URLSearchParams({ device, metric, from: "2012-01-01T00:00:00Z", to: "2016-01-01T00:00:00Z" });
    const response = await fetch(`${world.url}/api/v1/readings?${query}`);
    const answer = (await response.json()) as { times: number[]; values: unknown[] };
    expect(answer.times).toEqual(weather.times);
    expect(answer.values).toEqual(weather.values[metric]);
  });

  it("opens on its own years and draws its curves", async () => {
    const { page, complaints } = await world.visit(`#/device/${device}`);
    await page.getByText("Ends at the newest reading, Dec 31, 2015").waitFor();
    expect(await page.getByRole("radio", { name: "All readings" }).getAttribute("aria-checked")).toBe("true");

    const plot = card(page, "Highest temperature").locator(".plot");
    await expect.poll(async () => (await drawnLine(plot)).to).toBeGreaterThan(0.9);
    const line = await drawnLine(plot);
    expect(line.longestGap).toBeLessThan(0.02);

    // The rows of the line, column by column, against the recorded temperatures of the days in that column.
    const first = Math.round(line.from * line.rows.length);
    const last = Math.round(line.to * line.rows.length);
    const seen: number[] = [];
    const recorded: number[] = [];
    for (let column = first; column < last; column++) {
      const row = line.rows[column];
      if (row == null) continue;
      const day = ((column - first) / (last - first)) * (weather.times.length - 1);
      const days = weather.values.temp_max.slice(Math.max(0, Math.floor(day) - 3), Math.floor(day) + 4) as number[];
      seen.push(-row);
      recorded.push(days.reduce((sum, value) => sum + value, 0) / days.length);
    }
    expect(seen.length).toBeGreaterThan(300);
    const alike = correlation(seen, recorded);
    console.log(
      `the drawn and the recorded temperatures correlate with ${alike.toFixed(4)} over ${seen.length} columns`,
    );
    expect(alike).toBeGreaterThan(0.97);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("tells least and most of the four years, exactly", async () => {
    const { page } = await world.visit(`#/device/${device}`);
    for (const [label, metric] of [
      ["Precipitation", "precipitation"],
      ["Highest temperature", "temp_max"],
      ["Lowest temperature", "temp_min"],
      ["Wind", "wind"],
    ] as const) {
      const values = weather.values[metric] as number[];
      const text = new RegExp(
        `min\\s+${Math.min(...values).toFixed(1)}\\s+mean.*max\\s+${Math.max(...values).toFixed(1)}`,
        "s",
      );
      const footer = card(page, label).locator("footer");
      await footer.scrollIntoViewIfNeeded();
      await expect.poll(() => wordsOf(footer), { message: label }).toMatch(text);
    }
    await page.context().close();
  });

  it("shows the days of the last month one by one, the weather as named bars", async () => {
    const { page } = await world.visit(`#/device/${device}?range=30d`);
    await card(page, "Wind").getByRole("button", { name: /table/ }).click();
    const cells = card(page, "Wind").locator("tbody td:nth-child(2)");
    const wind = weather.values.wind
      .slice(-30)
      .reverse()
      .map((value) => Number(value).toFixed(1));
    // The window is 30 days long and ends a little after the last reading.
    await expect.poll(async () => (await cells.allTextContents()).slice(0, 29)).toEqual(wind.slice(0, 29));

    const weatherCard = card(page, "Weather");
    await weatherCard.scrollIntoViewIfNeeded();
    await weatherCard.getByRole("button", { name: /table/ }).click();
    const stateCells = weatherCard.locator("tbody td:nth-child(2)");
    await expect.poll(() => stateCells.count()).toBeGreaterThan(5);
    const states = await stateCells.allTextContents();
    const changes = weather.values.weather.filter((state, index, all) => index === 0 || state !== all[index - 1]);
    expect(states).toEqual(changes.slice(-states.length).reverse());
    await page.context().close();
  });
});
