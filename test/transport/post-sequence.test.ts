/** `POST readings` with `session` and `seq`: sent again it is stored once, and answered only when that is certain. */
import { describe, expect, it } from "vitest";
import { engines, hubsOfTest } from "../support/start-hub.ts";

const open = hubsOfTest();
const time = Date.UTC(2026, 10, 1);

function entry(seq: number, value = seq) {
  return { device: "a", session: "s", seq, readings: [{ metric: "m", value, time: time + seq }] };
}

describe.each(engines)("POST readings over the %s store", (engine) => {
  it("[T12] [P27] [P60] retried with session and seq it is stored once, also after a restart and over the socket", async () => {
    const hub = await open({ engine });
    expect((await hub.http("POST", "readings", entry(1))).body).toMatchObject({ stored: 1, duplicates: 0 });
    expect((await hub.http("POST", "readings", entry(1, 99))).body).toMatchObject({ stored: 0, duplicates: 1 });
    const both = await hub.http("POST", "readings", [entry(1, 99), entry(2)]);
    expect([both.status, both.body]).toMatchObject([200, { stored: 1, duplicates: 1 }]);
    await hub.restart();
    expect((await hub.http("POST", "readings", entry(2, 99))).body).toMatchObject({ stored: 0, duplicates: 1 });
    const client = await hub.device("a", { session: "s" });
    expect(await client.next("welcome")).toMatchObject({ lastSeq: 2 });
    client.send({ type: "readings", seq: 2, readings: entry(2, 99).readings });
    expect(await client.next()).toEqual({ type: "ack", seq: 2, stored: 0 });
    expect(await hub.readings("a", "m")).toEqual([1, 2].map((seq) => [time + seq, seq]));
  });

  it("[T12] [P22] a retry is not answered before the first copy is on disk, however many come at once", async () => {
    const hub = await open({ engine });
    const releaseFirst = hub.store.holdAppends();
    const first = hub.http("POST", "readings", entry(1));
    await hub.store.appends(1);
    const answered: number[] = [];
    const retries = [0, 1, 2].map(async (index) => {
      const answer = await hub.http("POST", "readings", entry(2));
      answered.push(index);
      return answer.body;
    });
    const witness = await hub.connect();
    for (let round = 0; round < 20; round++) await witness.settled();
    const releaseSecond = hub.store.holdAppends();
    releaseFirst();
    await first;
    await hub.store.appends(2);
    for (let round = 0; round < 20; round++) await witness.settled();
    expect(answered).toEqual([]);
    releaseSecond();
    const bodies = await Promise.all(retries);
    expect(bodies.map(({ stored }) => stored).sort()).toEqual([0, 0, 1]);
    expect(bodies.map(({ duplicates }) => duplicates).sort()).toEqual([0, 1, 1]);
  });

  it("[T12] [P29] refused for now, later ones are told where to go on, and nothing is lost or doubled", async () => {
    const hub = await open({ engine });
    hub.store.failNextAppend();
    expect(await hub.http("POST", "readings", entry(1))).toMatchObject({ status: 503, body: { retryable: true } });
    const ahead = await hub.http("POST", "readings", entry(2));
    expect(ahead).toMatchObject({ status: 409, body: { code: "resend_from", retryable: true, seq: 1 } });
    for (const seq of [1, 2]) expect((await hub.http("POST", "readings", entry(seq))).body.stored).toBe(1);
    expect(await hub.readings("a", "m")).toEqual([1, 2].map((seq) => [time + seq, seq]));
  });
});
