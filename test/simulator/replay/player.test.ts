/** When the moments of a file are played, and with which times. */
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { systemPorts } from "../../../simulator/link.ts";
import { Pace, type PaceOptions } from "../../../simulator/replay/pace.ts";
import { checkPace, Player } from "../../../simulator/replay/player.ts";
import { Recording } from "../../../simulator/replay/recording.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { linkPorts } from "../../support/link-ports.ts";
import { hubsOfTest } from "../../support/start-hub.ts";
import { Cable } from "../cable.ts";
import { everything, filesOfTest, played, socketUrl } from "./playing.ts";

const file = filesOfTest();
const hubs = hubsOfTest();
const minute = 60_000;
/** So long a player waits after it has opened a link. */
const openEveryMs = 2;
const first = Date.UTC(2000, 0, 1);
const begun = Date.UTC(2026, 0, 1);

/** A reading each minute, and one more after an hour. */
const hourly = `time,t\n${[0, 1, 2, 60].map((minutes) => `${new Date(first + minutes * minute).toISOString()},${minutes}`).join("\n")}\n`;

describe("the pace", () => {
  const contents = {
    rows: 4,
    readings: 4,
    devices: 1,
    wrong: 0,
    firstTime: first,
    lastTime: first + 60 * minute,
    intervalMs: 20 * minute,
  };
  const times = [0, 1, 2, 60].map((minutes) => first + minutes * minute);
  const pace = (options: PaceOptions) => new Pace(options, contents, begun);

  it("[Y6] sends a moment when it is due, at so many times the speed, under the time it has", () => {
    const sixty = pace({ speed: 60 });
    expect(times.map((time) => sixty.due(time))).toEqual([0, 1, 2, 60].map((seconds) => begun + seconds * 1_000));
    expect(times.map((time) => sixty.told(time))).toEqual(times);
  });

  it("[Y6] at max sends all at once", () => {
    expect(times.map((time) => pace({ speed: "max" }).due(time))).toEqual(times.map(() => undefined));
  });

  it("[Y7] shifted to now gives a moment the time at which it is sent, and at max lets the last one be now", () => {
    const shifted = pace({ speed: 60, shiftToNow: true });
    expect(times.map((time) => shifted.told(time))).toEqual(times.map((time) => shifted.due(time)));
    const past = pace({ speed: "max", shiftToNow: true });
    expect(times.map((time) => begun - past.told(time))).toEqual([60, 59, 58, 0].map((minutes) => minutes * minute));
  });

  it("[Y8] in a loop goes on after the mean time between two moments, and never goes back", () => {
    const looped = pace({ speed: 1, shiftToNow: true, loop: true });
    const told: number[] = [];
    for (let lap = 0; lap < 3; lap++) {
      told.push(...times.map((time) => looped.told(time)));
      looped.nextLap();
    }
    expect(told[4]).toBe(begun + 80 * minute);
    expect(told).toEqual([...new Set(told)].sort((one, other) => one - other));
  });
});

describe("a player", () => {
  /** A player whose clock is turned by hand. */
  async function turned(text: string, options: PaceOptions, startMs: number) {
    const hub = await hubs();
    const clock = new FakeClock(startMs);
    const recording = await Recording.open(file("d.csv", text));
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const ports = linkPorts(clock, () => 0);
    const player = new Player(recording, { url: socketUrl(hub), WebSocket, ports, ...options, onEnd: () => end() });
    /** Turns the clock step by step until so many are sent. It stands while the hub answers a question, and what was sent before it. */
    const sent = async (count: number, stepMs = 1_000): Promise<number> => {
      while (player.totals.sent < count) {
        clock.advance(stepMs);
        await hub.http("GET", "status");
      }
      return clock.now();
    };
    return { hub, clock, player, ended, sent };
  }

  it("[Y6] waits for each moment, and ends when the hub has all", async () => {
    const startMs = Date.now() - 60 * minute;
    const { hub, clock, player, ended, sent } = await turned(hourly, { speed: 60 }, startMs);
    // The clock stands while the file is read and the hub answers, however long that takes: the first moment waits for neither.
    await expect.poll(() => player.totals.open).toBe(1);
    clock.advance(openEveryMs);
    await expect.poll(() => player.totals.sent).toBe(1);
    await sent(2, 50);
    expect(clock.now() - startMs).toBeGreaterThanOrEqual(1_000);
    await sent(4);
    expect(clock.now() - startMs).toBeGreaterThanOrEqual(60_000);
    await ended;
    player.close();
    expect(player.totals).toMatchObject({ sent: 4, stored: 4, pending: 0 });
    expect(await everything(hub)).toEqual({
      "d t": [0, 1, 2, 60].map((minutes) => [first + minutes * minute, minutes]),
    });
  });

  it("[Y8] plays a loop until it is stopped, as a device that is there", async () => {
    const startMs = Date.now() - 24 * 60 * minute;
    const { hub, player, sent } = await turned(hourly, { speed: 60, shiftToNow: true, loop: true }, startMs);
    await expect.poll(() => player.totals.open).toBe(1);
    await sent(10);
    await player.drain(60_000);
    player.close();
    const rows = (await everything(hub))["d t"] ?? [];
    expect(rows.slice(0, 10).map(([, value]) => value)).toEqual([0, 1, 2, 60, 0, 1, 2, 60, 0, 1]);
    expect(rows.slice(0, 5).map(([time]) => time - startMs)).toEqual(
      [0, 1, 2, 60, 80].map((seconds) => seconds * 1_000),
    );
    expect((await hub.http("GET", "devices/d")).body.historic).toBeUndefined();
  });

  const unordered = "time,device,metric,value\n3,a,t,3\n1,a,t,1\n2,b,t,2\n1,b,t,1\n";

  it("[Y9] plays what is not in order by time where the pace matters, and as it stands at max", async () => {
    for (const speed of [1_000, "max"] as const) {
      const hub = await hubs();
      const recording = await Recording.open(file("u.csv", unordered));
      expect(recording.contents.unordered).toBe(3);
      const { stored, rejected } = await played(hub, recording, { speed });
      expect({ stored, rejected }).toEqual({ stored: 4, rejected: 0 });
      expect(await everything(hub)).toEqual({
        "a t": [
          [1, 1],
          [3, 3],
        ],
        "b t": [
          [1, 1],
          [2, 2],
        ],
      });
    }
  });

  it("[Y9] refuses a large file that is not in order, but for max", async () => {
    const recording = await Recording.open(file("u.csv", unordered));
    const large = {
      ...recording,
      plan: recording.plan,
      contents: { ...recording.contents, readings: 1_000_001 },
    } as Recording;
    expect(() => checkPace({ speed: 60 }, large)).toThrow(
      'Line 3, column "time": expected a time not before that of the line above, since a file of more than 1,000,000 readings is not sorted in memory. Sort it, or play it with --speed max, which takes any order.',
    );
    expect(() => checkPace({ speed: "max" }, large)).not.toThrow();
    expect(() => checkPace({ speed: 60 }, recording)).not.toThrow();
  });

  it("[Y8] refuses a loop whose times would run into each other, and says how fast it can be", async () => {
    const looped = (speed: number | "max") => ({ speed, shiftToNow: true, loop: true });
    const recording = await Recording.open(file("d.csv", hourly));
    expect(() => checkPace(looped(1_000_000_000), recording)).toThrow(
      "In a loop at 1,000,000,000 × its speed a device would have several of its times in each millisecond, which is the shortest time that a hub tells apart. Play it with --speed 1200000 or less.",
    );
    expect(() => checkPace(looped(1_200_000), recording)).not.toThrow();
    expect(() => checkPace({ speed: 1_000_000_000, shiftToNow: true }, recording)).not.toThrow();
    // What a device tells is a minute apart, though the file has a line each second.
    const rows = Array.from({ length: 120 }, (_, second) => `${first + 1_000 * second},d${second % 60},${second}`);
    const many = await Recording.open(file("many.csv", `time,device,t\n${rows.join("\n")}\n`));
    expect(() => checkPace(looped(60_001), many)).toThrow(/--speed 60000 or less/);
    expect(() => checkPace(looped(60_000), many)).not.toThrow();
  });

  it("[Y10] waits for the hub in a loop of short rounds, too", async () => {
    const hub = await hubs();
    const rows = Array.from({ length: 1_000 }, (_, index) => `${first + index},${index}`).join("\n");
    const recording = await Recording.open(file("short.csv", `time,t\n${rows}\n`));
    // It begins a day ago, so that a day of rounds is due at once.
    let asked = 0;
    const ports = { ...systemPorts, now: () => Date.now() - (asked++ === 0 ? 24 * 60 * minute : 0) };
    class Unheard extends WebSocket {
      override send(data: string): void {
        if (data.includes("hello")) super.send(data);
      }
    }
    const options = { speed: 1, shiftToNow: true, loop: true, ports };
    const player = new Player(recording, { url: socketUrl(hub), WebSocket: Unheard, ...options });
    await expect.poll(() => player.totals.sent).toBeGreaterThanOrEqual(10_000);
    // As long as a few more rounds take.
    for (let round = 0; round < 10; round++) for await (const _ of recording.moments());
    player.close();
    expect(player.totals).toMatchObject({ sent: 10_000, dropped: 0 });
  });

  it("[Y10] has two chunks of 5,000 readings on their way at most, however long the file is", async () => {
    const hub = await hubs();
    const rows = Array.from({ length: 40_000 }, (_, index) => `${first + index},${index},${-index}`).join("\n");
    const recording = await Recording.open(file("long.csv", `time,a,b\n${rows}\n`));
    let most = 0;
    let player: Player | undefined;
    await new Promise<void>((resolve) => {
      class Watched extends WebSocket {
        override send(data: string): void {
          most = Math.max(most, player?.totals.pending ?? 0);
          super.send(data);
        }
      }
      player = new Player(recording, { url: socketUrl(hub), WebSocket: Watched, speed: "max", onEnd: () => resolve() });
    });
    player?.close();
    expect(player?.totals).toMatchObject({ sent: 80_000, stored: 80_000, rejected: 0, dropped: 0 });
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(10_002);
  });

  it("[Y10] goes on where it was after the hub was away: each reading is there once", async () => {
    const hub = await hubs({ engine: "sqlite" });
    const cable = await Cable.lay(() => hub.url);
    const rows = Array.from({ length: 30_000 }, (_, index) => `${first + index},${index}`).join("\n");
    const recording = await Recording.open(file("d.csv", `time,t\n${rows}\n`));
    let restarted: Promise<void> | undefined;
    let player: Player | undefined;
    class Watched extends WebSocket {
      override send(data: string): void {
        super.send(data);
        if ((player?.totals.stored ?? 0) > 10_000) restarted ??= hub.restart();
      }
    }
    await new Promise<void>((resolve) => {
      const ports = { ...systemPorts, random: () => 0.01 };
      player = new Player(recording, {
        url: cable.url,
        WebSocket: Watched,
        ports,
        speed: "max",
        onEnd: () => resolve(),
      });
    });
    await restarted;
    player?.close();
    cable.pull();
    expect(restarted).toBeDefined();
    expect(player?.totals).toMatchObject({ sent: 30_000, stored: 30_000, rejected: 0, pending: 0 });
    const expected = Array.from({ length: 30_000 }, (_, index) => [first + index, index]);
    expect((await everything(hub))["d t"]).toEqual(expected);
    const { stored, overwritten } = (await hub.http("GET", "status")).body.readings;
    // Counted since the hub was started again.
    expect(stored).toBeLessThan(30_000);
    expect(overwritten).toBe(0);
  });
});
