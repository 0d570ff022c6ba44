import { expect, it } from "vitest";
import type { World } from "../world.ts";

const dayMs = 24 * 3_600_000;

export function recordRules(world: () => World): void {
  const mark = (session: string, seq: number, receivedMs = 1_000) =>
    world().append({ receivedMs, marks: [{ device: "d", session, seq }] });

  it("[ST33] remembers the highest decided number of a session, across a restart", async () => {
    expect(await world().store.lastSeq("d", "s")).toBe(0);
    await mark("s", 7);
    await mark("s", 3);
    await mark("t", 2 ** 53 - 1);
    const look = async () => {
      expect(await world().store.lastSeq("d", "s")).toBe(7);
      expect(await world().store.lastSeq("d", "t")).toBe(2 ** 53 - 1);
      expect(await world().store.lastSeq("other", "s")).toBe(0);
    };
    await look();
    await world().reopen();
    await look();
  });

  it("[ST34] remembers the newest 16 sessions of a device, by last use", async () => {
    for (let session = 0; session < 16; session++) await mark(`s${session}`, session + 1);
    await mark("s0", 50);
    await mark("s16", 17);
    await world().reopen();
    expect(await world().store.lastSeq("d", "s0")).toBe(50);
    expect(await world().store.lastSeq("d", "s1")).toBe(0);
    expect(await world().store.lastSeq("d", "s2")).toBe(3);
    expect(await world().store.lastSeq("d", "s16")).toBe(17);
  });

  it("[ST34] knows the order of use also where the clock stood still or was set back, across a restart", async () => {
    for (let session = 15; session > 8; session--) await mark(`s${session}`, session + 1);
    for (let session = 8; session >= 0; session--) await mark(`s${session}`, session + 1, 500 + session);
    await world().reopen();
    for (const [index, gone] of ["s15", "s14", "s13"].entries()) {
      await mark(`later ${index}`, 1, 500);
      await world().reopen();
      expect(await world().store.lastSeq("d", gone)).toBe(0);
    }
    for (let session = 12; session >= 0; session--)
      expect(await world().store.lastSeq("d", `s${session}`)).toBe(session + 1);
  });

  it("[ST33] does not take what it remembers for new a second time after a restart", async () => {
    const others = Array.from({ length: 15 }, (_, index) => ({ device: "d", session: `s${index}`, seq: 1 }));
    await mark("repeated", 9);
    const again = { device: "d", session: "repeated", seq: 3 };
    await world().append({ marks: [{ device: "d", session: "pushed out", seq: 1 }, again, ...others] });
    await world().reopen();
    expect(await world().store.lastSeq("d", "pushed out")).toBe(0);
    expect(await world().store.lastSeq("d", "repeated")).toBe(9);
  });

  it("[ST35] forgets sessions after 30 days, but never the newest of a device", async () => {
    await mark("old", 1, 0);
    await mark("new", 2, 29 * dayMs);
    expect(await world().store.lastSeq("d", "old")).toBe(1);
    await mark("new", 3, 31 * dayMs);
    expect(await world().store.lastSeq("d", "old")).toBe(0);
    await mark("newer", 4, 300 * dayMs);
    await world().reopen();
    expect(await world().store.lastSeq("d", "newer")).toBe(4);
    expect(await world().store.lastSeq("d", "new")).toBe(0);
  });

  it("[ST36] keeps the last 100 refusals of a device, newest first", async () => {
    const refusal = (number: number, device = "d") => ({
      ...{ device, atMs: number, code: "invalid_value" },
      ...{ message: `no ${number}`, row: `{"value":"${number}"}` },
    });
    const numbers = Array.from({ length: 130 }, (_, index) => index);
    await world().append({ refusals: [refusal(1, "e")] });
    await world().append({ refusals: numbers.slice(0, 120).map((number) => refusal(number)) });
    await world().append({ refusals: numbers.slice(120).map((number) => refusal(number)) });
    await world().reopen();
    expect(await world().store.refusals("d")).toEqual(
      numbers
        .slice(30)
        .reverse()
        .map((number) => refusal(number)),
    );
    expect(await world().store.refusals("e")).toEqual([refusal(1, "e")]);
    expect(await world().store.refusals("f")).toEqual([]);
  });

  it("[ST37] replaces what is known of devices and metrics whole", async () => {
    await world().append({
      devices: [{ device: "d", firstSeenMs: -5, meta: { name: "Ofen", labels: { room: "1" } } }],
      metrics: [{ device: "d", metric: "t", meta: { unit: "°C" } }],
    });
    await world().append({
      devices: [{ device: "d", firstSeenMs: -5, meta: { kind: "oven" } }],
      metrics: [
        { device: "d", metric: "t", meta: { zones: [{ from: 1 }] } },
        { device: "d", metric: "p", meta: {} },
      ],
    });
    const state = await world().reopen();
    expect(state.devices).toEqual([{ device: "d", firstSeenMs: -5, meta: { kind: "oven" } }]);
    expect([...state.metrics].sort((a, b) => (a.metric < b.metric ? -1 : 1))).toEqual([
      { device: "d", metric: "p", meta: {} },
      { device: "d", metric: "t", meta: { zones: [{ from: 1 }] } },
    ]);
  });
}
