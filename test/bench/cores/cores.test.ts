/** What the part stands on: who runs where, and whose CPU it was. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { bind, coresHere, coresOf, divided } from "./binding.ts";
import { busyBetween, threadsOf } from "./threads.ts";

const missing = process.platform === "linux" ? undefined : "threads are told by Linux's /proc";
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

describe("cores", () => {
  it.each([
    ["0", [0]],
    ["0-3", [0, 1, 2, 3]],
    ["0-1,4,6-7", [0, 1, 4, 6, 7]],
  ])("reads the list %s as Linux writes it", (list, cores) => {
    expect(coresOf(list)).toEqual(cores);
  });

  it("refuses what is no list", () => {
    expect(() => coresOf("0-x")).toThrow("not a list of cores: 0-x");
  });

  it("gives the load a core that a hub with one has not, and one of its own where there are three", () => {
    expect(divided([0, 1])).toEqual({ one: [0], two: [0, 1], load: [1] });
    expect(divided([2, 3, 5, 7])).toEqual({ one: [2], two: [2, 3], load: [5, 7] });
    expect(() => divided([4])).toThrow("needs two cores");
  });
});

/** Burns CPU in a thread with that role, and in no other, once it is told to. Not by `eval`: such a thread loads nothing before. */
const thread = `
  import { parentPort } from "node:worker_threads";
  parentPort.on("message", (rounds) => {
    let sum = 0;
    for (let at = 0; at < rounds; at++) sum += Math.sqrt(at);
    parentPort.postMessage(sum);
  });
`;
const program = `
  const { Worker } = require("node:worker_threads");
  const worker = new Worker(new URL("data:text/javascript,${encodeURIComponent(thread)}"), { workerData: { role: "writer" } });
  worker.on("online", () => process.send("up"));
  worker.on("message", () => process.send("done"));
  process.on("message", (rounds) => worker.postMessage(rounds));
`;

describe.skipIf(missing)(`threads${missing ? `: ${missing}` : ""}`, () => {
  async function start() {
    const child = spawn(
      process.execPath,
      ["--import", new URL("name-threads.mjs", import.meta.url).href, "-e", program],
      { stdio: ["ignore", "inherit", "inherit", "ipc"] },
    );
    ends.push(() => void child.kill("SIGKILL"));
    await once(child, "message");
    const work = async (rounds: number) => {
      child.send(rounds);
      await once(child, "message");
    };
    return { pid: child.pid as number, work };
  }

  it("of the store are known by what they do, and what they take is theirs", async () => {
    const { pid, work } = await start();
    await work(1);
    const before = threadsOf(pid);
    await work(50_000_000);
    const busy = busyBetween(before, threadsOf(pid), 1);
    expect(busy.writer).toBeGreaterThan(10);
    expect(busy.writer).toBeGreaterThan(3 * busy.main);
    expect(busy.reader).toBe(0);
  });

  it("of a bound process may run on these cores alone", async () => {
    const { pid } = await start();
    const last = coresHere().at(-1) as number;
    bind(pid, [last]);
    expect(readFileSync(`/proc/${pid}/status`, "utf8")).toMatch(new RegExp(`^Cpus_allowed_list:\\s+${last}$`, "m"));
  });
});
