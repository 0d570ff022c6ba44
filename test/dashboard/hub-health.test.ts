/** How the page learns that the hub is not well: what it asks, how often, and what it takes an answer for. The clock is turned. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HubApi } from "../../dashboard/client/hub-api.ts";
import { HubHealth, healthEveryMs } from "../../dashboard/client/hub-health.ts";
import type { LinkState } from "../../dashboard/client/link.ts";
import { FakeClock } from "../support/fake-clock.ts";

const open: LinkState = { state: "open" };
const full = {
  health: { status: "degraded", reason: "The disk is full." },
  store: { diskFreeBytes: 5 },
  limits: { minFreeBytes: 10 },
};

function world() {
  const clock = new FakeClock();
  const listeners = new Set<() => void>();
  const link = { state: open };
  const page = { visible: true, may: true };
  const asked: string[] = [];
  const hub: { health: object | undefined; status: object | undefined } = { health: { status: "ok" }, status: full };
  const answer = (what: "health" | "status") => {
    asked.push(what);
    const answered = hub[what];
    return answered ? Promise.resolve(answered) : Promise.reject(new Error("no hub"));
  };
  const api = { health: () => answer("health"), get: () => answer("status") } as unknown as HubApi;
  let changes = 0;
  const health = new HubHealth({
    client: {
      get state() {
        return link.state;
      },
      refused: undefined,
      listen: (call) => {
        listeners.add(call);
        return () => listeners.delete(call);
      },
    },
    api,
    timers: clock,
    visible: () => page.visible,
    may: () => page.may,
  });
  health.listen(() => {
    changes += 1;
  });
  /** Lets answers that were given arrive. */
  const arrive = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    ...{ clock, page, asked, hub, health, arrive },
    changes: () => changes,
    connection: (state: LinkState) => {
      link.state = state;
      for (const call of listeners) call();
    },
    turn: async () => {
      clock.advance(healthEveryMs);
      await arrive();
    },
  };
}

describe("the hub's health, as the page learns of it", () => {
  let it_: ReturnType<typeof world>;
  beforeEach(() => {
    it_ = world();
    it_.health.start();
  });
  afterEach(() => it_.health.stop());

  it("is asked of /health alone while all is well, at once and every ten seconds, and nothing is told", async () => {
    await it_.arrive();
    await it_.turn();
    await it_.turn();
    expect(it_.asked).toEqual(["health", "health", "health"]);
    expect([it_.health.illness, it_.changes(), healthEveryMs]).toEqual([undefined, 0, 10_000]);
  });

  it("comes and goes by itself with the next answer, and tells from the figures of the disk whether readings are refused", async () => {
    await it_.arrive();
    it_.hub.health = full.health;
    await it_.turn();
    expect(it_.health.illness).toEqual({ reason: "The disk is full.", refuses: true });
    await it_.turn();
    expect(it_.changes()).toBe(1);
    it_.hub.status = { ...full, store: { diskFreeBytes: 10 } };
    await it_.turn();
    expect(it_.health.illness).toMatchObject({ refuses: false });
    it_.hub.health = { status: "ok" };
    await it_.turn();
    expect([it_.health.illness, it_.changes()]).toEqual([undefined, 3]);
  });

  it("asks for no figures where whoever sits here may not see them, and tells what it is told", async () => {
    it_.page.may = false;
    it_.hub.health = full.health;
    await it_.arrive();
    await it_.turn();
    expect(it_.asked).not.toContain("status");
    expect(it_.health.illness).toEqual({ reason: "The disk is full.", refuses: false });
  });

  it("takes a disk without a free byte for full where --min-free is 0, and knows of no refusal where the figures do not come", async () => {
    it_.hub.health = full.health;
    it_.hub.status = { ...full, store: { diskFreeBytes: 0 }, limits: { minFreeBytes: 0 } };
    await it_.turn();
    expect(it_.health.refuses).toBe(true);
    it_.hub.status = undefined;
    await it_.turn();
    expect(it_.health.illness).toEqual({ reason: "The disk is full.", refuses: false });
  });

  it("is not asked of by a page that nobody sees, and at once when somebody does", async () => {
    await it_.arrive();
    it_.page.visible = false;
    await it_.turn();
    expect(it_.asked).toHaveLength(1);
    it_.page.visible = true;
    it_.health.wake();
    expect(it_.asked).toHaveLength(2);
    await it_.arrive();
  });

  it("is nobody's knowledge once the hub is gone, or answered three questions with nothing; one that is back is asked at once", async () => {
    it_.hub.health = full.health;
    await it_.turn();
    it_.connection({ state: "doubtful" } as LinkState);
    expect(it_.health.refuses).toBe(true);
    it_.connection({ state: "connecting", attempt: 1 } as LinkState);
    expect(it_.health.illness).toBeUndefined();
    it_.connection(open);
    await it_.arrive();
    expect(it_.health.refuses).toBe(true);
    it_.hub.health = undefined;
    await it_.turn();
    await it_.turn();
    expect(it_.health.refuses).toBe(true);
    await it_.turn();
    expect(it_.health.illness).toBeUndefined();
  });
});
