import { describe, expect, it } from "vitest";
import { closeRules, shouldComeBack } from "../../server/protocol/index.ts";
import { stopCodes } from "../../simulator/link/connection.ts";
import { TestLink, underTest } from "./links.ts";

const { hub, start, open } = underTest();

describe("link: its connection", () => {
  it("[L8] waits a random part of a span that doubles from 0.5 s to 30 s", async () => {
    const draws = [1, 1, 0.5, 1, 1, 1, 1, 1, 0.25];
    const test = start({ random: () => draws.shift() ?? 1 });
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      (await hub().connection()).cut();
      waits.push(await test.comesBack());
    }
    expect(waits).toEqual([500, 1_000, 1_000, 4_000, 8_000, 16_000, 30_000, 30_000, 7_500]);
    const connection = await hub().connection();
    await connection.welcome();
    test.sendApart(1);
    await connection.frame();
    connection.say({ type: "ack", seq: 1, stored: 1 });
    await test.link.flush();
    connection.close(1012, "restart");
    expect(await test.comesBack()).toBe(500);
  });

  it("[L8] stays away after the close codes that say so, and fails the flush", async () => {
    for (const code of [4401, 4403, 4409]) {
      const { test, link, connection } = await open();
      link.send("temperature", 1);
      const flushed = link.flush();
      connection.close(code, "go away");
      await expect(flushed).rejects.toThrow("go away");
      expect(await test.reaches("stopped")).toEqual({ state: "stopped", reason: "go away" });
      expect(test.clock.pending).toBe(0);
      expect(link.send("temperature", 2)).toBe(false);
      await expect(link.flush()).rejects.toThrow("go away");
      expect(link.stats).toMatchObject({ sent: 2, dropped: 1, pending: 1 });
    }
  });

  it("[L8] agrees with the contract on which close codes mean to stay away", () => {
    for (const code of Object.keys(closeRules).map(Number)) expect(stopCodes.has(code)).toBe(!shouldComeBack(code));
  });

  it("[L8] stays away when the hello is refused for good", async () => {
    const test = start();
    const connection = await hub().connection();
    await connection.next("hello");
    connection.say({ type: "error", code: "not_signed_in", message: "a token is missing", retryable: false });
    expect(await test.reaches("stopped")).toEqual({ state: "stopped", reason: "not_signed_in: a token is missing" });
    await connection.closed;
  });

  it("[L8] gives up a connection that has no welcome within 10 s", async () => {
    const test = start();
    const connection = await hub().connection();
    await connection.next("hello");
    test.clock.advance(9_999);
    expect(test.link.state.state).toBe("connecting");
    test.clock.advance(1);
    expect(test.link.state).toMatchObject({ state: "waiting", reason: "no welcome in time" });
    await connection.closed;
  });

  it("[L8] does not listen any more to a connection that it has given up", async () => {
    const test = start();
    const connection = await hub().connection();
    const hello = await connection.next("hello");
    test.clock.advance(10_000);
    // The hub has not heard of it yet, and answers.
    connection.letIn(hello);
    await connection.closed;
    expect(test.link.state.state).toBe("waiting");
  });

  it("[L8] says in words why no hub was reached", async () => {
    const { url } = hub();
    hub().stop();
    const test = new TestLink(url);
    expect((await test.reaches("waiting")).reason).toMatch(/ECONNREFUSED/);
  });

  it("[L8] comes back soon from a cut when the connection had lasted", async () => {
    const test = start();
    for (const wait of [500, 1_000, 2_000]) {
      (await hub().connection()).cut();
      expect(await test.comesBack()).toBe(wait);
    }
    const connection = await hub().connection();
    await connection.welcome({ heartbeat: 1_000 });
    await test.reaches("open");
    test.clock.advance(1_000);
    const { id, time } = await connection.next("ping");
    connection.say({ type: "pong", id, time, hubTime: time });
    expect(await connection.untaken()).toBe(0);
    test.clock.advance(1_000);
    connection.cut();
    expect(await test.comesBack()).toBe(500);
  });

  it("[L9] keeps its session with another database, and sends what is undecided, numbered above what that one knows", async () => {
    const { test, link, connection, hello } = await open();
    test.sendApart(1, 2, 3);
    for (let frame = 0; frame < 3; frame++) await connection.frame();
    connection.say({ type: "ack", seq: 1, stored: 1 });
    connection.cut();
    await test.comesBack();
    const second = await hub().connection();
    expect((await second.welcome({ epoch: "second", lastSeq: 40 })).session).toBe(hello.session);
    expect([await second.frame(), await second.frame()]).toEqual([
      { seq: 41, values: [2] },
      { seq: 42, values: [3] },
    ]);
    const flushed = link.flush();
    second.say({ type: "ack", seq: 42, stored: 2 });
    await flushed;
    expect(test.states.filter(({ state }) => state === "open")).toEqual([
      { state: "open", epoch: "first" },
      { state: "open", epoch: "second" },
    ]);
  });

  it("[L10] asks after a silent heartbeat, and leaves after a second one", async () => {
    const { test, clock, connection } = await open();
    clock.advance(25_000);
    const { id, time } = await connection.next("ping");
    connection.say({ type: "pong", id, time, hubTime: time });
    test.sendApart(1);
    await connection.frame();
    connection.say({ type: "ack", seq: 1, stored: 1 });
    await test.link.flush();
    clock.advance(25_000);
    expect(test.link.state.state).toBe("open");
    clock.advance(25_000);
    await connection.next("ping");
    clock.advance(25_000);
    expect(test.link.state).toMatchObject({ state: "waiting", reason: "no answer to ping" });
    await connection.closed;
  });
});
