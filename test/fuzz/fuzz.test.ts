/** Broken messages and raw bytes in numbers, over real sockets, against a hub in a process of its own. More: `npm run fuzz`. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFirst } from "../../server/protocol/decode.ts";
import { Refusal } from "../../server/protocol/errors.ts";
import { defaultLimits } from "../../server/protocol/limits.ts";
import { printedSeed } from "../support/seed.ts";
import { framesOf } from "./messages.ts";
import { rawInputsOf } from "./raw.ts";
import { type FuzzReport, fuzz } from "./run.ts";
import { validMessages } from "./valid.ts";

const messages = 100_000;
const frames = 20_000;
/** It sends so many whatever the machine is: in a minute where it has the machine for itself, in many where others keep it busy. */
const patience = { timeout: 900_000 };

/** What was found, as one can read it. */
const found = ({ findings }: FuzzReport) =>
  findings.map(
    ({ what, from, input }) =>
      `${what}, from message ${from}: ${input.map((one) => String(one).slice(0, 500)).join("\n")}`,
  );

describe("the fuzzer", () => {
  it.each(Object.entries(validMessages))("makes a %s that the hub takes before it breaks it", (_, messagesOfType) => {
    const seed = printedSeed("valid messages");
    for (const message of fc.sample(messagesOfType, { seed, numRuns: 300 })) {
      const decoded = decodeFirst(JSON.stringify(message), defaultLimits);
      expect(decoded instanceof Refusal ? decoded.message : undefined).toBeUndefined();
    }
  });

  it("sends the same for the same seed, and something else for another", () => {
    const hex = (seed: number) => framesOf(seed, 200).map((frame) => frame.toString("hex"));
    expect(hex(7)).toEqual(hex(7));
    expect(hex(7)).not.toEqual(hex(8));
    expect(rawInputsOf(7, 50)).toEqual(rawInputsOf(7, 50));
  });

  it("finds a hub that a few messages in a thousand end, and names one of them", patience, async ({ signal }) => {
    const program = ["--import", import.meta.resolve("tsx"), `${import.meta.dirname}/fragile-hub.ts`];
    const report = await fuzz({ messages: 20_000, frames: 0, seed: 7, program, signal });
    const [finding] = report.findings;
    expect(finding?.what).toContain("the hub ended with 1");
    expect(finding?.input).toHaveLength(1);
    expect(String(finding?.input[0])).toContain('"zones":[{');
    expect(report.messages).toBeLessThan(20_000);
  });
});

describe("the hub", () => {
  it(
    `[S11] [S15] [S18] [F18] neither ends, fails, grows, halts nor makes an honest device late by ${messages} broken messages and ${frames} raw frames`,
    patience,
    async ({ signal }) => {
      const seed = printedSeed("fuzz");
      const report = await fuzz({ messages, frames, seed, signal });
      expect(found(report), `npm run fuzz -- --seed ${seed}`).toEqual([]);
      expect(report.messages).toBe(messages);
      expect(report.frames).toBeGreaterThanOrEqual(frames);
      const { answers, closes, statuses } = report.tally;
      // Not vacuous: all kinds of answers came, readings were taken, connections ended for what they brought.
      for (const answer of ["ack", "welcome", "pong", "subscribed", "history", "invalid_json", "invalid_message"])
        expect(answers.get(answer) ?? 0, answer).toBeGreaterThan(100);
      for (const code of [1007, 4409]) expect(closes.get(code) ?? 0, String(code)).toBeGreaterThan(10);
      for (const status of ["101", "400"]) expect(statuses.get(status) ?? 0, status).toBeGreaterThan(100);
      expect(report.honest.acks).toBeGreaterThan(30);
      const { honest, loopMs, slowestDecode, grownBytes } = report;
      console.log(JSON.stringify({ honest, loopMs, decodeMs: slowestDecode.ms, grownMb: grownBytes / 1e6 }));
    },
  );
});
