/** The protocol part of the Arduino sketch, compiled for this machine and connected to a real hub by a real socket. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { HubProcess } from "../../chaos/hub-process.ts";
import { amount } from "../../support/amount.ts";
import { printedSeed } from "../../support/seed.ts";
import { startHub, type TestHub, type TestHubOptions } from "../../support/start-hub.ts";
import { Scissors } from "../scissors.ts";
import { compilerLacks, leftOut } from "../tools.ts";
import { Board, type BoardOptions, compileBoard } from "./board.ts";

const metrics = ["a", "b", "c", "d", "e", "f", "g", "h"];
/** Of the ring in main.cpp. */
const ringReadings = 128;

const missing = compilerLacks();

describe.skipIf(missing)(`the sketch's sensor on this machine${leftOut(missing)}`, () => {
  let folder: string;
  let program: string;
  const boards: Board[] = [];
  const hubs: TestHub[] = [];
  const processes: HubProcess[] = [];
  let scissors: Scissors | undefined;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "hub-board-"));
    program = compileBoard(folder);
  });
  afterEach(async () => {
    await Promise.all(boards.splice(0).map((board) => board.end()));
    scissors?.end();
    scissors = undefined;
    await Promise.all(hubs.splice(0).map((hub) => hub.stop()));
    await Promise.all(processes.splice(0).map((hub) => hub.kill()));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function newHub(options: TestHubOptions = {}): Promise<TestHub> {
    const hub = await startHub({ engine: "sqlite", ...options });
    hubs.push(hub);
    return hub;
  }

  function newBoard(url: () => string, options: Partial<BoardOptions> = {}): Board {
    const board = new Board(program, { device: "board-1", session: "s1", metrics, url, ...options });
    boards.push(board);
    return board;
  }

  async function ask(url: string, path: string) {
    return (await fetch(`${url}/api/v1/${path}`)).json();
  }

  /** Every metric of the board has these values, each once. */
  async function expectRounds(url: string, rounds: number): Promise<void> {
    const expected = Array.from({ length: rounds }, (_, round) => round);
    for (const metric of metrics) {
      const { values } = await ask(url, `readings?device=board-1&metric=${metric}`);
      // A board has no clock of its own: when the hub's greeting is late, its time makes a step.
      expect(values.toSorted((a: number, b: number) => a - b)).toEqual(expected);
    }
    expect((await ask(url, "status")).readings).toMatchObject({ overwritten: 0, rejected: 0 });
  }

  const room = (board: Board) => board.until(({ undecided }) => undecided <= ringReadings - metrics.length);
  const settled = (board: Board) => board.until(({ undecided }) => undecided === 0);

  it("[P12] [P13] writes numbers and texts that the hub reads as they were", async () => {
    const hub = await newHub();
    const board = newBoard(() => hub.url, { metrics: ["number", "text", "flag"] });
    board.connect();
    const seed = printedSeed("numbers and texts of the board");
    const special = [0, -0, 0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -123456.789, 2 ** 53, 1e21, 1e-7];
    const numbers = [
      ...special,
      ...fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), { seed, numRuns: 60 }),
    ];
    const fits = (text: string) => Buffer.byteLength(text) <= 31 && !text.includes("\0");
    const any = fc.string({ unit: "binary", minLength: 1, maxLength: 15 }).filter(fits);
    const texts = ['say "no"\\', "\u0001\n\t\u001f", "äß€😀", ...fc.sample(any, { seed, numRuns: 60 })];
    // One at a time: each gets a millisecond of its own, and so its place in the answer.
    for (const number of numbers) {
      await board.elapse(1);
      await board.number(0, number);
      await room(board);
    }
    for (const text of texts) {
      await board.elapse(1);
      await board.text(1, text);
      await room(board);
    }
    await board.boolean(2, true);
    await settled(board);
    const sent = board.frames.flatMap(({ readings }) => readings ?? []).filter(({ metric }) => metric === "number");
    expect(sent.map(({ value }) => value)).toEqual(numbers);
    const read = (await hub.readings("board-1", "number")).map(([, value]) => value);
    expect(read).toEqual(numbers);
    expect((await hub.readings("board-1", "text")).map(([, value]) => value)).toEqual(texts);
    expect((await hub.readings("board-1", "flag")).map(([, value]) => value)).toEqual([true]);
    expect(await board.say("tick")).toMatchObject({ refused: 0, givenUp: 0 });
  });

  it("[P12] mends texts that are no UTF-8, cuts long ones behind a character, and gives up what is no number", async () => {
    const hub = await newHub();
    const board = newBoard(() => hub.url, { metrics: ["text", "number"] });
    board.connect();
    await board.text(0, Buffer.from([0x41, 0xff, 0xc3, 0x42, 0xed, 0xa0, 0x80]));
    await board.elapse(1);
    await board.text(0, `${"x".repeat(30)}é`);
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) await board.number(1, wrong);
    await settled(board);
    const texts = (await hub.readings("board-1", "text")).map(([, value]) => value);
    expect(texts).toEqual(["A\ufffd\ufffdB\ufffd\ufffd\ufffd", "x".repeat(30)]);
    expect(await board.say("tick")).toMatchObject({ givenUp: 3, refused: 0 });
  });

  it("[P27] loses nothing and doubles nothing, wherever the connection is cut", async () => {
    const hub = await newHub();
    const seed = printedSeed("cuts of the board's cable");
    // From 300 on: behind the handshake.
    const cut = fc.oneof(fc.constantFrom('"type":"welcome"', '"type":"ack"'), fc.integer({ min: 300, max: 4_000 }));
    const cuts = fc.sample(cut, { seed, numRuns: amount(60, 20) });
    const cable = await Scissors.lay(() => hub.url, cuts);
    scissors = cable;
    const board = newBoard(() => cable.url);
    board.connect();
    let round = 0;
    for (; cable.cuts.length < cuts.length; round++) {
      await room(board);
      await board.round(round);
      if (round % 5 === 0) await settled(board);
    }
    await settled(board);
    expect(cable.cuts).toEqual(cuts);
    await expectRounds(hub.url, round);
    expect((await ask(hub.url, "status")).readings.stored).toBe(round * metrics.length);
  });

  it("[P27] loses nothing and doubles nothing when the hub is killed and started again", async () => {
    const data = join(folder, "killed");
    let url = "";
    const start = async () => {
      const hub = new HubProcess({ data });
      processes.push(hub);
      url = await hub.url();
      return hub;
    };
    const board = newBoard(() => url, { comeBack: false });
    let round = 0;
    const measure = async (rounds: number) => {
      for (let one = 0; one < rounds; one++) {
        await room(board);
        await board.round(round++);
      }
    };
    for (let life = 0; life < amount(4, 2); life++) {
      const hub = await start();
      board.connect();
      await measure(40);
      // What follows is on its way while the hub dies, or after it.
      await room(board);
      void hub.kill();
      await board.round(round++);
      await hub.ended;
    }
    await start();
    board.connect();
    await settled(board);
    expect(await board.say("tick")).toMatchObject({ givenUp: 0, refused: 0 });
    await expectRounds(url, round);
  });

  it("[P29] sends again what the store refused for now, and what came behind it", async () => {
    const hub = await newHub();
    const board = newBoard(() => hub.url);
    board.connect();
    await board.round(0);
    await settled(board);
    hub.store.failNextAppend();
    await board.round(1);
    await board.until(({ problem }) => problem !== "");
    const before = board.frames.length;
    await board.round(2);
    expect(board.frames.length).toBe(before);
    await board.elapse(1_000);
    await settled(board);
    await expectRounds(hub.url, 3);
  });

  it("[P28] goes on above the numbers of its session after a restart of the board", async () => {
    const hub = await newHub();
    const first = newBoard(() => hub.url);
    first.connect();
    await first.round(0);
    await settled(first);
    await first.end();
    boards.splice(0);
    const second = newBoard(() => hub.url);
    await second.round(1);
    second.connect();
    await settled(second);
    await expectRounds(hub.url, 2);
    expect(second.frames.find(({ type }) => type === "readings")?.seq).toBeGreaterThan(metrics.length);
  });

  it("sends all that it holds to another database, though that one knows its numbers", async () => {
    const [old, restored] = [await newHub(), await newHub()];
    const other = await restored.welcomed("board-1", { session: "s1" });
    other.send({ type: "readings", seq: 1_000, readings: [{ metric: "x", value: 1 }] });
    await other.next("ack");
    other.wire.close();
    await other.closed;
    let hub = old;
    const board = newBoard(() => hub.url, { comeBack: false });
    board.connect();
    await board.round(0);
    await settled(board);
    old.store.holdAppends();
    await board.round(1);
    expect(await board.say("tick")).toMatchObject({ undecided: metrics.length });
    hub = restored;
    board.connect();
    await settled(board);
    for (const metric of metrics)
      expect((await restored.readings("board-1", metric)).map(([, value]) => value)).toEqual([1]);
  });

  it("[P6] keeps to what the hub takes in one frame", async () => {
    const hub = await newHub({ limits: { readingsPerFrame: 3, frameBytes: 1_024 } });
    const board = newBoard(() => hub.url);
    await board.round(0);
    await board.round(1);
    board.connect();
    await settled(board);
    const sent = board.frames.flatMap(({ readings }) => (readings ? [readings.length] : []));
    expect(sent).toEqual([3, 3, 3, 3, 3, 1]);
    await expectRounds(hub.url, 2);
  });

  it("[P17] says what was refused by name, and goes on", async () => {
    const hub = await newHub();
    const board = newBoard(() => hub.url);
    board.connect();
    await board.number(0, 1);
    await settled(board);
    await board.text(0, "two");
    await board.number(1, 3);
    await settled(board);
    const state = await board.say("tick");
    expect(state).toMatchObject({ refused: 1, stopped: false });
    expect(state.problem).toMatch(/number/);
    expect((await hub.readings("board-1", "b")).map(([, value]) => value)).toEqual([3]);
  });

  it("gives up only the frame that was refused as a whole", async () => {
    const hub = await newHub();
    const board = newBoard(() => hub.url);
    board.connect();
    await board.number(0, 0);
    await settled(board);
    const release = hub.store.holdAppends();
    for (const metric of [1, 2, 3]) await board.number(metric, metric);
    const refusal = { type: "error", seq: 3, code: "too_many_readings", message: "too many", retryable: false };
    expect(await board.say(`recv ${JSON.stringify(refusal)}`)).toMatchObject({ refused: 1, undecided: 3 });
    release();
    await settled(board);
    expect((await hub.readings("board-1", "b")).map(([, value]) => value)).toEqual([1]);
  });

  it("[P10] stays away when its hello was refused, with the hub's reason", async () => {
    const hub = await newHub();
    const board = newBoard(() => hub.url, { device: "no name" });
    board.connect();
    await board.until(({ stopped }) => stopped);
    expect((await board.say("tick")).problem).toMatch(/name/);
  });

  it("gives up what comes while its ring is full, and says how much", async () => {
    const board = newBoard(() => "");
    for (let round = 0; round <= ringReadings / metrics.length; round++) await board.round(round);
    expect(await board.say("tick")).toMatchObject({ undecided: ringReadings, givenUp: metrics.length });
  });

  it("reads answers that are cut anywhere, and others that make no sense, without harm", async () => {
    const hub = await newHub();
    const client = await hub.device("board-2", { session: 'q"\\uD83D' });
    const welcome = JSON.stringify(await client.next("welcome"));
    const ack = '{"type":"ack","seq":8,"rejected":[{"index":0,"message":"a \\"b\\" \\\\"}],"rejectedCount":1}';
    const board = newBoard(() => hub.url);
    const seed = printedSeed("answers that make no sense");
    const nonsense = fc.sample(fc.json(), { seed, numRuns: 200 }).map((text) => text.replaceAll("\n", " "));
    const deep = `{"a":${"[".repeat(100_000)}`;
    await board.say("open");
    for (const whole of [welcome, ack]) {
      for (let length = 0; length < whole.length; length++) void board.say(`recv ${whole.slice(0, length)}`);
    }
    for (const text of [...nonsense, deep, "", "}", ",", '{"type"', '{"type":"error","seq":99999999999999999999}'])
      await board.say(`recv ${text}`);
    await board.say("close 1006");
    board.connect();
    await board.round(0);
    await settled(board);
    await expectRounds(hub.url, 1);
  });
});

describe("the sketch", () => {
  it("[P41] turns off the Origin that its library sends, which the hub refuses", async () => {
    const sketch = join(import.meta.dirname, "../../../simulator/arduino/telemetry-sensor/telemetry-sensor.ino");
    const code = readFileSync(sketch, "utf8");
    expect(code).toContain("hub.setExtraHeaders(authorization.c_str());");
    expect(code).toContain('String("Authorization: Bearer ") + hubToken');
    const hub = await startHub();
    await expect(hub.connect({ Origin: "file://" })).rejects.toThrow("403");
    await hub.stop();
  });
});
