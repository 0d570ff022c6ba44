import { afterEach, describe, expect, it } from "vitest";
import { faults, playFaults } from "../../simulator/faults.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { startHub, type TestHub } from "../support/start-hub.ts";
import { BrokenHub, type Twist, type Wires } from "./broken-hub.ts";

type Message = Record<string, unknown> & { type: string; seq?: number; readings?: Record<string, unknown>[] };

/** Changes messages of the device that are JSON; what comes of `change` is sent on. */
function changing(change: (message: Message, wires: Wires) => Message | undefined): () => Twist {
  return () => ({
    fromDevice(text, wires) {
      let message: Message;
      try {
        message = JSON.parse(text) as Message;
      } catch {
        return text;
      }
      const changed = change(message, wires);
      return changed && JSON.stringify(changed);
    },
  });
}

/** Changes each row that is sent. */
function changingRows(change: (row: Record<string, unknown>) => Record<string, unknown>): () => Twist {
  return changing((message) => (message.readings ? { ...message, readings: message.readings.map(change) } : message));
}

function ackOf({ seq, readings = [] }: Message): string {
  return JSON.stringify({ type: "ack", seq, stored: readings.length });
}

/** Says of every fifth frame that it is stored, and loses it. */
const losing = changing((message, { toDevice }) => {
  if (message.type !== "readings" || (message.seq ?? 0) % 5 !== 0) return message;
  toDevice(ackOf(message));
  return undefined;
});

/** Takes every frame for a new one, whatever its number. */
function doubling(): Twist {
  const numbers: number[] = [];
  return {
    fromDevice(text) {
      const { session: _, ...message } = JSON.parse(text) as Message;
      if (message.type === "readings") message.seq = numbers.push(message.seq ?? 0);
      return JSON.stringify(message);
    },
    fromHub(text) {
      const message = JSON.parse(text) as Message;
      return JSON.stringify(message.type === "ack" ? { ...message, seq: numbers[(message.seq ?? 0) - 1] } : message);
    },
  };
}

/** Acknowledges a frame when it comes, and stores it when the next one comes. */
function ackingEarly(): Twist {
  let held: string | undefined;
  return {
    fromDevice(text, { toDevice }) {
      const message = JSON.parse(text) as Message;
      if (message.type !== "readings") return text;
      toDevice(ackOf(message));
      const before = held;
      held = text;
      return before;
    },
    fromHub: (text) => (text.startsWith('{"type":"ack"') ? undefined : text),
  };
}

/** Each hub is broken in one way, and the fault must say so in these words. */
const broken: readonly (readonly [fault: string, how: string, twist: () => Twist, words: RegExp])[] = [
  ["dropout", "acknowledges before it stores", ackingEarly, /acknowledged frames forgotten [1-9]\d*, it should be 0/],
  [
    "duplicate",
    "stores copies again",
    doubling,
    /copies called stored 50, it should be 0; readings stored \d\d, it should be 25/,
  ],
  ["reorder", "loses frames that it acknowledged", losing, /readings stored 160 of 200, it should be 200 of 200/],
  [
    "clock-skew",
    "shifts times that are too far ahead",
    changingRows((row) => (Number(row.value) >= 20 ? { ...row, time: Number(row.time) - 540_000 } : row)),
    /refused none, it should be time_ahead 5/,
  ],
  [
    "clock-jump",
    "keeps the earlier of two values",
    changingRows((row) => (Number(row.value) >= 100 && Number(row.value) < 115 ? { ...row, value: -1 } : row)),
    /readings stored 40 of 55 and 15 others, it should be 55 of 55/,
  ],
  [
    "year-1970",
    "takes times since the start of a device for 1970",
    changing((message) => (message.type === "hello" ? { ...message, historic: true } : message)),
    /refused none, it should be time_suspicious 10/,
  ],
  [
    "flood",
    "throws out whoever sends much",
    changing((message, { drop }) => {
      if (message.seq === 500) drop(1008);
      return message;
    }),
    /the hub closed the connection \(1008\)/,
  ],
  [
    "silence",
    "closes connections that say nothing",
    changing((message, { drop }) => {
      if (message.type === "ping") drop(1001);
      return message;
    }),
    /the hub closed the connection \(1001\)/,
  ],
  ["flapping", "gives no reason for a take-over", () => ({ closed: () => 1000 }), /connection 1000, it should be 4409/],
  [
    "half-open",
    "answers pings for a device that is gone",
    () => ({}),
    /without answers online\/connected, it should be offline\/timeout/,
  ],
  [
    "not-a-number",
    "makes a number of what is none",
    () => ({ fromDevice: (text) => text.replace(/NaN|-Infinity|1e999|null/, "0") }),
    /frames refused none, it should be invalid_json 2/,
  ],
  [
    "wrong-type",
    "makes a number of every value",
    changingRows((row) => ({ ...row, value: Number(row.value) })),
    /refused invalid_value 1, it should be invalid_value 2, type_mismatch 2/,
  ],
  [
    "oversize",
    "cuts the connection without a word",
    () => ({ closed: () => undefined }),
    /close code 1006, it should be 1009/,
  ],
  [
    "reboot-without-session",
    "takes a new life of the numbers for the old one",
    changing((message) => (message.type === "hello" ? { ...message, session: "always" } : message)),
    /lastSeq after a reboot 30, it should be 0.*readings called stored 30, it should be 120/,
  ],
];

/** Says what is no message, and what is half of one. */
function babbling(words: string): () => Twist {
  return () => ({ fromHub: (text) => (text.startsWith('{"type":"ack"') ? words : text) });
}

describe("faults before broken hubs", () => {
  let hub: TestHub | undefined;
  let proxy: BrokenHub | undefined;

  afterEach(async () => {
    proxy?.stop();
    await hub?.stop();
  });

  it("are tried before a hub that each of them should find broken", () => {
    expect(broken.map(([name]) => name)).toEqual(faults.map(({ name }) => name));
  });

  it.each(["hello", "null", '{"type":"welcome"}', '{"type":"ack","seq":1,"rejected":5}'])(
    "[X3] a hub that says %s is NOT as it should be",
    async (words) => {
      hub = await startHub();
      proxy = await BrokenHub.before(hub.url, babbling(words));
      const some = faults.filter(({ name }) => name === "reorder");
      const [outcome] = await playFaults({ url: proxy.url, seed: 7, faults: some, say: () => {} });
      expect(outcome).toMatchObject({ verdict: "NOT as it should" });
      expect(outcome?.trouble).toContain(`no message of the contract: ${words}`);
    },
  );

  it.each(broken)(
    "[X3] %s: a hub that %s is NOT as it should be",
    async (name, _, twist, words) => {
      const clock = new FakeClock();
      hub = await startHub({ clock, limits: { pingMs: 4_000, pongMs: 3_000 } });
      proxy = await BrokenHub.before(hub.url, twist);
      const lines: string[] = [];
      const outcomes = await playFaults({
        url: proxy.url,
        seed: 7,
        faults: faults.filter((fault) => fault.name === name),
        say: (line) => lines.push(line),
        pause: async (ms) => clock.advance(ms),
      });
      expect(outcomes).toMatchObject([{ verdict: "NOT as it should" }]);
      expect(lines[1]).toMatch(/: NOT as it should: /);
      expect(lines[1]).toMatch(words);
      expect(lines[2]).toBe(`1 fault: 0 as the hub should take them, 1 NOT (${name}).`);
    },
    120_000,
  );
});
