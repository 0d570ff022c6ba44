import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { errorCodes } from "../../server/protocol/index.ts";
import { faults, playFaults } from "../../simulator/faults.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";
import { FaultTap } from "./fault-tap.ts";

const readme = readFileSync(new URL("../../simulator/README.md", import.meta.url), "utf8");

/** How a device was over the time, as the hub tells it: `online/connected`, … */
async function timeline(hub: TestHub, device: string): Promise<string[]> {
  const { body } = await hub.http("GET", `devices/${encodeURIComponent(device)}/presence?from=0`);
  return body.states.map((state: string, index: number) => `${state}/${body.reasons[index]}`);
}

async function refused(hub: TestHub, device: string): Promise<string[]> {
  const { body } = await hub.http("GET", `devices/${encodeURIComponent(device)}/refused`);
  return body.refused.map(({ code }: { code: string }) => code).sort();
}

async function values(hub: TestHub, device: string, metric = "level"): Promise<unknown[]> {
  return (await hub.readings(device, metric)).map(([, value]) => value);
}

function upTo(count: number, first = 0): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

const there = "online/connected";
/** For two seconds, in which it may be back. */
const cut = "online/closed";
const gone = "offline/closed";

/**
 * What the hub's API must say after each fault, told by who wrote the test and not by the fault. `readings`: the figures of
 * `GET status`. Each fault ends by cutting its connections.
 */
const truths: Record<string, (hub: TestHub, device: string) => Promise<void>> = {
  dropout: async (hub, device) => {
    expect(await values(hub, device)).toEqual(upTo(600));
    expect(await figures(hub)).toEqual({ stored: 600, rejected: 0, overwritten: 0 });
  },
  duplicate: async (hub, device) => {
    expect(await values(hub, device, "arrival")).toEqual(upTo(25, 1));
    expect(await figures(hub)).toEqual({ stored: 25, rejected: 0, overwritten: 0 });
  },
  reorder: async (hub, device) => {
    expect(await values(hub, device)).toEqual(upTo(200));
    expect(await figures(hub)).toEqual({ stored: 200, rejected: 0, overwritten: 0 });
  },
  "clock-skew": async (hub, device) => {
    expect(await values(hub, device)).toEqual([...upTo(5), ...upTo(5, 10)]);
    expect(await refused(hub, device)).toEqual(Array(5).fill("time_ahead"));
    expect(await figures(hub)).toEqual({ stored: 10, rejected: 5, overwritten: 0 });
  },
  "clock-jump": async (hub, device) => {
    expect(await values(hub, device)).toEqual([...upTo(15), ...upTo(30, 100), ...upTo(10, 300)]);
    expect(await refused(hub, device)).toEqual(Array(5).fill("time_ahead"));
    expect(await figures(hub)).toEqual({ stored: 70, rejected: 5, overwritten: 15 });
  },
  "year-1970": async (hub, device) => {
    expect(await refused(hub, device)).toEqual(Array(10).fill("time_suspicious"));
    expect(await figures(hub)).toEqual({ stored: 11, rejected: 10, overwritten: 0 });
    const years = (await hub.readings(device, "level")).map(([time]) => new Date(time).getUTCFullYear());
    expect(years).toEqual([...Array(5).fill(1958), ...Array(5).fill(1970)]);
  },
  flood: async (hub, device) => {
    expect((await hub.readings(device, "level")).length).toBe(30_000);
    const beside = (await hub.readings(`${device}/neighbour`, "level")).length;
    expect(beside).toBeGreaterThan(0);
    expect(await figures(hub)).toEqual({ stored: 30_000 + beside, rejected: 0, overwritten: 0 });
  },
  silence: async (hub, device) => {
    expect(await timeline(hub, device)).toEqual([there, "silent/no_reading", there, cut, gone]);
    expect(await values(hub, device)).toEqual(upTo(6));
  },
  flapping: async (hub, device) => {
    const flaps = upTo(10).flatMap(() => [there, cut, gone]);
    // For the moment until the newer connection is let in, the older one is said to be replaced.
    expect(await timeline(hub, device)).toEqual([...flaps, there, "online/replaced", there, cut, gone]);
    expect(await values(hub, device)).toEqual(upTo(12));
  },
  "half-open": async (hub, device) => {
    expect(await timeline(hub, device)).toEqual([there, "offline/timeout", there, cut, gone]);
    expect(await values(hub, device)).toEqual(upTo(6));
  },
  "not-a-number": async (hub, device) => {
    expect(await values(hub, device)).toEqual([0.5, 1.5, 2.5, 3.5]);
    expect(await refused(hub, device)).toEqual(["invalid_value", "invalid_value", "type_mismatch"]);
    expect(await timeline(hub, device)).toEqual([there, cut, gone]);
  },
  "wrong-type": async (hub, device) => {
    expect(await values(hub, device)).toEqual(upTo(5));
    expect(await refused(hub, device)).toEqual(["invalid_value", "invalid_value", "type_mismatch", "type_mismatch"]);
    expect((await hub.http("GET", "series")).body.series).toMatchObject([{ metric: "level", type: "number" }]);
  },
  oversize: async (hub, device) => {
    expect(await values(hub, device)).toEqual(upTo(2));
    expect(await refused(hub, device)).toEqual(["invalid_value"]);
    expect((await hub.http("GET", "series")).body.series.length).toBe(1);
  },
  "reboot-without-session": async (hub, device) => {
    expect(await values(hub, device)).toEqual(upTo(120));
    expect(await figures(hub)).toEqual({ stored: 120, rejected: 0, overwritten: 0 });
  },
};

async function figures(hub: TestHub): Promise<object> {
  const { stored, rejected, overwritten } = (await hub.http("GET", "status")).body.readings;
  return { stored, rejected, overwritten };
}

/** Half-open sockets are found soon, and a flood is more than the hub holds undecided: it must stop reading. */
const limits = { pingMs: 4_000, pongMs: 3_000, undecidedFrames: 64 };

describe("faults on purpose", () => {
  let hub: TestHub | undefined;
  let tap: FaultTap | undefined;

  afterEach(async () => {
    tap?.pull();
    await hub?.stop();
  });

  /** Time passes for the hub only while the fault waits. */
  async function play(name: string) {
    const clock = new FakeClock();
    hub = await startHub({ clock, engine: "sqlite", limits });
    tap = await FaultTap.put(hub.url);
    const lines: string[] = [];
    const [outcome] = await playFaults({
      url: tap.url,
      seed: 7,
      faults: faults.filter((fault) => fault.name === name),
      say: (line) => lines.push(line),
      pause: async (ms) => clock.advance(ms),
    });
    if (!outcome) throw new Error(`there is no fault ${name}`);
    return { hub, clock, tap, outcome, lines };
  }

  it("are held to the hub's API, each of them", () => {
    expect(Object.keys(truths)).toEqual(faults.map(({ name }) => name));
  });

  it("stand in the table of simulator/README.md as they are told", () => {
    const [, section = ""] = /^### Faults on purpose$(.*?)^##? /ms.exec(readme) ?? [];
    // A table that is laid out has its cells filled up with blanks.
    const rows = section.replaceAll(/ +\|/g, " |").match(/^\| `[\w-]+` \| [^|]+ \| [^|]+ \|$/gm);
    expect(rows).toEqual(faults.map(({ name, does, expectation }) => `| \`${name}\` | ${does} | ${expectation} |`));
  });

  it.each(faults.map(({ name }) => name))(
    "[X1] %s: the hub makes of it what the fault says, by its own figures",
    async (name) => {
      const { hub, clock, tap, outcome, lines } = await play(name);
      expect(lines[0]).toBe(`${name}: ${outcome.fault.does}; ${outcome.fault.expectation}.`);
      expect(lines[1]).toMatch(/: as it should\.$/);
      expect(outcome.verdict).toBe("as it should");
      const device = `faults/${name}`;
      await until(async () => [cut, gone].includes((await timeline(hub, device)).at(-1) ?? ""));
      clock.advance(2_000);
      await truths[name]?.(hub, device);
      const said = termsOf(outcome.fault.expectation);
      const heard = tap.heard();
      expect([...heard.codes].sort()).toEqual(said.codes);
      expect([...heard.closeCodes].filter((code) => code !== 1000).sort()).toEqual(said.closeCodes);
      expect(await timeline(hub, device)).toEqual(expect.arrayContaining(said.states));
    },
    120_000,
  );
});

/** Resolves once `met` is. The hub takes a moment to see that a socket was cut. */
async function until(met: () => Promise<boolean>): Promise<void> {
  while (!(await met()));
}

/** The words of the contract that a sentence uses: what it says must be what the hub said. */
function termsOf(sentence: string): { codes: string[]; closeCodes: number[]; states: string[] } {
  const words = new Set(sentence.match(/[a-z]+(?:_[a-z]+)+/g));
  return {
    codes: errorCodes.filter((code) => words.has(code)).sort(),
    closeCodes: [...new Set(sentence.match(/\b(?:10|44)\d\d\b/g))].map(Number).sort(),
    states: [...new Set(sentence.match(/\b(?:online|silent|offline)\/[a-z_]+/g))],
  };
}
