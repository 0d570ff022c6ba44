/** `npm run import` as a person runs it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { programArgs } from "../../support/built.ts";
import { hubsOfTest } from "../../support/start-hub.ts";
import { filesOfTest } from "./importing.ts";

const hubs = hubsOfTest();
const file = filesOfTest();
const at = Date.UTC(1958, 2, 29);

describe("npm run import", () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  function run(...options: string[]) {
    const child = spawn(process.execPath, [...programArgs("server/import"), ...options], {
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
    const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...told }));
    return { child, ended };
  }

  it("[P88] killed midway and run again, every reading is there once, those before 1970 too", async () => {
    const hub = await hubs({ engine: "sqlite" });
    const rows = 100_000;
    const lines = Array.from({ length: rows }, (_, index) => `${at + index * 60_000},${index},${index % 7}`);
    const path = file("co2.csv", `time,ppm,flag\n${lines.join("\n")}\n`);
    const options = [path, "--url", hub.url, "--unit", "ms"];
    // Held up by the store, so that it is killed with readings on their way, however fast the machine is.
    const first = run(...options);
    await hub.store.appends(8);
    const release = hub.store.holdAppends();
    await hub.store.appends(hub.store.appended.length + 1);
    first.child.kill("SIGKILL");
    release();
    expect((await first.ended).code).toBeNull();
    const { code, out, err } = await run(...options).ended;
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("Done: ");
    const { body } = await hub.http("GET", "series?device=co2");
    expect(body.series.map(({ metric, count }: { metric: string; count: number }) => [metric, count])).toEqual([
      ["flag", rows],
      ["ppm", rows],
    ]);
    const { body: status } = await hub.http("GET", "status");
    expect(status.readings).toMatchObject({ stored: 2 * rows, overwritten: 0, rejected: 0 });
    const { body: sum } = await hub.http(
      "GET",
      `readings?device=co2&metric=ppm&from=${at}&to=${at + rows * 60_000}&every=365d&aggregates=sum`,
    );
    expect(sum.sum.reduce((total: number, one: number) => total + one, 0)).toBe((rows * (rows - 1)) / 2);
  });

  it("[P88] refused rows are told with their lines, all of them in a list, and it ends with 1", async () => {
    const hub = await hubs();
    const path = file("oven.csv", "time,t\n2026-11-24T00:00:00Z,1\nsoon,2\n2026-11-24T00:00:01Z,3\n");
    const { code, out, err } = await run(path, "--url", hub.url).ended;
    expect(code).toBe(1);
    expect(err).toMatch(/^Line 3, column "time": expected a time .*, found "soon"\.\n$/);
    expect(out).toContain(`3 rows, 2 readings stored`);
    expect(out).toContain(`1 refusal, listed in ${path}.import-refused.csv.`);
    expect(readFileSync(`${path}.import-refused.csv`, "utf8")).toContain("3,time,");
  });

  it("[P88] says what to do where there is no hub, no file or no token; flags that are wrong end with 2", async () => {
    const path = file("x.csv", "time,t\n2026-11-24T00:00:00Z,1\n");
    const hub = await hubs();
    const ends = await Promise.all([
      run(path, "--url", "http://127.0.0.1:1").ended,
      run(`${path}.gone`, "--url", hub.url).ended,
      run(path, "--url", "nowhere").ended,
      run("--help").ended,
      run().ended,
    ]);
    expect(ends.map(({ code }) => code)).toEqual([1, 1, 2, 0, 2]);
    expect(ends[0]?.err).toContain("Start one with npm start");
    expect(ends[1]?.err).toContain("There is no such file.");
    expect(ends[3]?.out).toContain("FILE.import.json remembers how far it came");
  });
});
