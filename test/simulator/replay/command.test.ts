/** `--replay` and `--record` as a person runs them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { Recording } from "../../../simulator/replay/recording.ts";
import { programArgs } from "../../support/built.ts";
import { hubsOfTest } from "../../support/start-hub.ts";
import { everything, filesOfTest, played } from "./playing.ts";

const hubs = hubsOfTest();
const file = filesOfTest();

describe("npm run simulate", () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  function simulate(...options: string[]) {
    const child = spawn(process.execPath, [...programArgs("simulator/main"), ...options], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    const told = { out: "", err: "" };
    child.stdout.on("data", (bytes) => {
      told.out += bytes;
    });
    child.stderr.on("data", (bytes) => {
      told.err += bytes;
    });
    const ended = once(child, "close").then(([code]) => ({ code: code as number, ...told }));
    return { child, ended };
  }

  it("--replay says what it found in the file, plays it, and tells what the hub has", async () => {
    const hub = await hubs();
    const path = file("oven.csv", "date;site;temp (°C)\n31.12.1999;north;1,5\n01.01.2000;north;-2\n");
    const { code, out, err } = await simulate("--replay", path, "--url", hub.url).ended;
    expect({ code, err }).toEqual({ code: 0, err: "" });
    // Where that takes long, a line tells how far it is.
    expect(out.split("\n").filter((line) => !line.includes(" · "))).toEqual([
      `Reading ${path} …`,
      `Playing ${path}, for ${hub.url.replace("http", "ws")}/ws. Ctrl-C stops.`,
      '2 rows, 2 readings of 1 device, 1999-12-31T00:00:00.000Z to 2000-01-01T00:00:00.000Z; times (dmy) from "date", devices from "site".',
      "2 sent, 2 acknowledged, 0 rejected.",
      "",
    ]);
    expect(await everything(hub)).toEqual({
      "north temp": [
        [Date.UTC(1999, 11, 31), 1.5],
        [Date.UTC(2000, 0, 1), -2],
      ],
    });
  });

  it("--replay sends nothing of a wrong file, and ends with 1", async () => {
    const hub = await hubs();
    const path = file("oven.csv", "date,t\n2000-01-01,1\nsoon,2\n");
    const { code, err } = await simulate("--replay", path, "--url", hub.url).ended;
    expect(code).toBe(1);
    expect(err).toBe(
      `${path}: Line 3, column "date": expected a time like 2000-01-31, 2000/01/31 13:45, 2000-01-31T13:45:00.5+01:00, found "soon".\n1 of 2 rows is wrong; 1 is fine, and played with --skip-wrong. Nothing was sent.\n`,
    );
    expect(await everything(hub)).toEqual({});
  });

  it.each([
    [
      ["--replay", "x.csv", "--loop"],
      "error: --loop takes --shift-to-now: a second round of the same times would change nothing.",
    ],
    [
      ["--replay", "x.csv", "--loop", "--shift-to-now", "--speed", "max"],
      "error: --loop takes a --speed other than max, or there would be no end to the past.",
    ],
    [
      ["--replay", "x.csv", "--device", "a", "--device-column", "b"],
      "error: --device and --device-column: give one of the two.",
    ],
    [["--record", "x.txt"], "Expected a name that ends with .csv or .ndjson."],
  ])("%j is a wrong line, and ends with 2", async (options, sentence) => {
    const { code, err } = await simulate(...options).ended;
    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });

  it("--record writes until Ctrl-C, and ends with a file that can be played", async () => {
    const [hub, other] = [await hubs(), await hubs()];
    const path = `${file("x", "")}.csv`;
    const { child, ended } = simulate("--record", path, "--url", hub.url);
    const client = await hub.welcomed("d");
    const rows = () => {
      try {
        return readFileSync(path, "utf8").split("\n").length - 2;
      } catch {
        return 0;
      }
    };
    // It listens once something arrives; what came before is not in the file.
    for (let id = 1; rows() < 5; id++) {
      client.send({ type: "readings", id, readings: [{ metric: "t", value: id, time: 1_000_000_000_000 + id }] });
      await client.until((answer) => answer.type === "ack" && answer.id === id);
    }
    child.kill("SIGINT");
    const { code, out, err } = await ended;
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const recording = await Recording.open(path);
    expect(out).toMatch(new RegExp(`\n${recording.contents.readings} readings recorded in ${path}\\.\n$`));
    await played(other, recording);
    const recorded = (await everything(other))["d t"] as [number, unknown][];
    expect(recorded.length).toBeGreaterThanOrEqual(5);
    const all = (await everything(hub))["d t"] as [number, unknown][];
    const begin = all.findIndex(([time]) => time === recorded[0]?.[0]);
    expect(recorded).toEqual(all.slice(begin, begin + recorded.length));
    const again = await simulate("--record", path, "--url", hub.url).ended;
    expect(again).toEqual({
      code: 2,
      out: "",
      err: `error: ${path} is there already, and is left as it is: give another name.\n`,
    });
  });

  it("--record says that the hub was not there, and ends with 1", async () => {
    const path = `${file("x", "")}.ndjson`;
    // Nobody listens there.
    const { code, out, err } = await simulate("--record", path, "--url", "ws://127.0.0.1:9/ws", "--duration", "3s")
      .ended;
    expect(code).toBe(1);
    expect(err).toMatch(/^No hub answers at ws:\/\/127\.0\.0\.1:9\/ws .*\n/);
    expect(err).toContain("The hub was away in the end: what it took since then is not recorded.\n");
    expect(out).toContain(`0 readings recorded in ${path}.\n`);
    expect(readFileSync(path, "utf8")).toBe("");
  });
});
