import { describe, expect, it } from "vitest";
import { Access } from "../../dashboard/client/access.ts";
import type { HubApi } from "../../dashboard/client/hub-api.ts";
import { HubRefusal } from "../../dashboard/client/hub-api.ts";
import type { LinkState } from "../../dashboard/client/link.ts";
import { Rights } from "../../dashboard/client/rights.ts";
import type { SessionAnswer } from "../../server/protocol/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

const nobody: SessionAnswer = {
  ...{ kind: "none", name: "", role: null, devices: null, actions: [] },
  ...{ expires: null, open: false, reachable: false, hasPeople: true },
};
const vera: SessionAnswer = { ...nobody, kind: "person", name: "vera", role: "viewer", actions: ["watch", "status"] };
const link: SessionAnswer = { ...nobody, kind: "link", devices: ["a/*"], actions: ["watch"], expires: 5 };

/** A page, and a hub that answers what it is told to: a session, or a refusal. */
function world(token?: string) {
  const tab = { value: token };
  const happened: string[] = [];
  const hub: { answer: SessionAnswer | HubRefusal; withToken: SessionAnswer | HubRefusal | undefined } = {
    answer: nobody,
    withToken: undefined,
  };
  const clock = new FakeClock();
  const link: { state: LinkState } = { state: { state: "open" } };
  let asked = 0;
  const answered = async () => {
    asked += 1;
    const answer = tab.value !== undefined && hub.withToken ? hub.withToken : hub.answer;
    if (answer instanceof HubRefusal) throw answer;
    return answer;
  };
  /** The hub does not answer, and nobody is told: what is asked meanwhile waits until it is given up. */
  let silent = false;
  const get = (_: string, { signal }: { signal?: AbortSignal } = {}) =>
    silent
      ? new Promise<never>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)))
      : answered();
  /** What is sent waits for this. */
  let gate = Promise.resolve();
  const post = async () => {
    await gate;
    return answered();
  };
  const api = { get, post, put: answered, delete: answered } as unknown as HubApi;
  const rights = new Rights();
  const access = new Access({
    api,
    rights,
    token: {
      get value() {
        return tab.value;
      },
      keep: (text) => {
        tab.value = text;
      },
      forget: () => {
        tab.value = undefined;
      },
    },
    client: {
      get state() {
        return link.state;
      },
      retry: () => happened.push("let in"),
    },
    timers: clock,
    random: () => 0.999,
    another: () => happened.push("another"),
    left: () => happened.push("left"),
  });
  const silence = (on: boolean) => {
    silent = on;
  };
  /** What is sent from now on is answered once the function that this gives is called. */
  const hold = () => {
    let release = () => {};
    gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    return release;
  };
  return { access, hub, tab, rights, happened, clock, link, silence, hold, asked: () => asked };
}

/** What was answered has reached the page. */
const arrive = () => new Promise<void>((resolve) => setImmediate(resolve));
const sentAway: LinkState = { state: "ended", code: 4401, reason: "this session was ended" };

describe("who sits at the page", () => {
  it("may do nothing before the hub said so, and from then on what it said", async () => {
    const { access, hub } = world();
    expect([access.isOut, access.may("watch")]).toEqual([false, false]);
    hub.answer = vera;
    await access.ask();
    expect([access.isOut, access.may("watch"), access.may("edit")]).toEqual([false, true, false]);
  });

  it("is let in once, when the hub knows them, and stays whoever they were where it does not answer", async () => {
    const { access, hub, happened } = world();
    await access.ask();
    expect([access.isOut, happened]).toEqual([true, ["left"]]);
    hub.answer = vera;
    await access.signIn({ name: "vera", password: "x" });
    await access.ask();
    expect(happened).toEqual(["left", "let in"]);
    hub.answer = new HubRefusal("502 Bad Gateway");
    await access.ask();
    expect(access.session?.name).toBe("vera");
  });

  it("sees the page anew where they see other devices, and not where they only may do more", async () => {
    const { access, hub, happened, rights } = world();
    hub.answer = vera;
    await access.ask();
    let told = 0;
    rights.listen(() => {
      told += 1;
    });
    hub.answer = { ...vera, role: "operator", actions: ["watch", "status", "edit"] };
    await access.ask();
    expect([happened, told, rights.may("edit")]).toEqual([["let in"], 1, true]);
    hub.answer = { ...vera, devices: ["b/*"] };
    await access.ask();
    expect(happened).toEqual(["let in", "left", "another"]);
  });

  it("leaves nothing to who comes next: not where they are signed out elsewhere, nor to somebody else after that", async () => {
    const { access, hub, happened } = world();
    hub.answer = vera;
    await access.ask();
    hub.answer = nobody;
    await access.ask();
    expect(happened).toEqual(["let in", "left", "another"]);
    hub.answer = { ...vera, name: "bob" };
    await access.ask();
    expect(happened).toEqual(["let in", "left", "another", "left", "another"]);
  });

  it.each([
    ["as an error", new HubRefusal("who?", "not_signed_in")],
    ["as nobody", nobody],
  ])("is nobody by a link that is not good any more, told %s, and it is known what the link was", async (_, gone) => {
    const { access, hub, tab } = world("k3j9");
    hub.withToken = link;
    await access.ask();
    expect(access.session?.kind).toBe("link");
    hub.withToken = gone;
    await access.ask();
    expect([tab.value, access.isOut, access.tokenRefused?.was?.kind]).toEqual([undefined, true, "link"]);
  });

  it("is whoever signed in before, where the token of the tab is worth nothing", async () => {
    const { access, hub, happened } = world("old");
    hub.withToken = new HubRefusal("who?", "not_signed_in");
    hub.answer = vera;
    await access.ask();
    expect([access.session?.name, happened]).toEqual(["vera", ["let in"]]);
  });

  it("leaves nothing on the page when they sign out", async () => {
    const { access, hub, happened } = world();
    hub.answer = vera;
    await access.ask();
    hub.answer = nobody;
    await access.signOut();
    expect(happened).toEqual(["let in", "left", "another"]);
  });
});

describe("the first account of a hub that is open", () => {
  it("is made and signed in by, whatever the hub says of this page meanwhile", async () => {
    const { access, hub, happened, hold } = world();
    hub.answer = { ...nobody, kind: "open", actions: ["watch", "people"], open: true, hasPeople: false };
    await access.ask();
    hub.answer = nobody;
    const release = hold();
    const making = access.makeFirst({ name: "vera", password: "x" });
    // Its connection is closed with the account, and the page asks who sits there.
    await access.ask();
    expect(happened).toEqual(["let in"]);
    hub.answer = vera;
    release();
    await making;
    expect(access.session?.name).toBe("vera");
  });

  it("leaves the page what it is where it is refused", async () => {
    const { access, hub, happened } = world();
    const open: SessionAnswer = { ...nobody, kind: "open", actions: ["watch", "people"], open: true, hasPeople: false };
    hub.answer = open;
    await access.ask();
    hub.answer = new HubRefusal("There is an account already.", "conflict");
    await expect(access.makeFirst({ name: "vera", password: "x" })).rejects.toThrow("already");
    hub.answer = open;
    await access.ask();
    expect([access.session?.kind, happened]).toEqual(["open", ["let in"]]);
  });
});

describe("a page that the hub sent away", () => {
  it("comes back where whoever sits there signed in again in another tab, and was known all the time", async () => {
    const { access, hub, happened, link, clock } = world();
    hub.answer = vera;
    await access.ask();
    link.state = sentAway;
    await access.ask();
    clock.advance(500);
    expect(happened).toEqual(["let in", "let in"]);
  });

  it("asks again when it is seen again, and lets in who signed in meanwhile", async () => {
    const { access, hub, happened, link } = world();
    link.state = sentAway;
    await access.ask();
    expect([access.isOut, happened]).toEqual([true, ["left"]]);
    hub.answer = vera;
    access.wake();
    await arrive();
    expect([access.isOut, happened]).toEqual([false, ["left", "let in"]]);
  });

  it("asks nothing when it is seen again and all is well", async () => {
    const { access, hub, asked } = world();
    hub.answer = vera;
    await access.ask();
    access.wake();
    expect(asked()).toBe(1);
  });

  it("is tried ever less where the hub knows it over HTTP and never on its socket", async () => {
    const { access, hub, happened, link, clock } = world();
    hub.answer = vera;
    await access.ask();
    link.state = sentAway;
    // As the page does: told to stay away it asks who sits there.
    for (let second = 0; second < 600; second++) {
      const before = happened.length;
      if (second === 0) await access.ask();
      clock.advance(1_000);
      if (happened.length > before) await access.ask();
    }
    expect(happened.length).toBeLessThan(40);
  });

  it("is not let in by itself where it was sent away for another reason", async () => {
    const { access, hub, happened, link, clock } = world();
    hub.answer = vera;
    await access.ask();
    link.state = { state: "ended", code: 4403, reason: "not allowed" };
    await access.ask();
    clock.advance(60_000);
    expect(happened).toEqual(["let in"]);
  });
});

describe("a hub that does not say who sits at the page", () => {
  it("is asked again until it says, ever less often, and the page tells meanwhile that nobody knows", async () => {
    const { access, hub, clock, asked } = world();
    hub.answer = new HubRefusal("502 Bad Gateway");
    await access.ask();
    expect([access.isUntold, access.session]).toEqual([true, undefined]);
    for (let second = 0; second < 120; second++) {
      clock.advance(1_000);
      await arrive();
    }
    expect(asked()).toBeGreaterThan(6);
    expect(asked()).toBeLessThan(15);
    hub.answer = vera;
    clock.advance(30_000);
    await arrive();
    expect([access.session?.name, access.isUntold]).toEqual(["vera", false]);
    const before = asked();
    clock.advance(120_000);
    expect(asked()).toBe(before);
  });

  it("has ten seconds for an answer, and is asked anew then", async () => {
    const { access, hub, clock, silence } = world();
    hub.answer = vera;
    silence(true);
    const asking = access.ask();
    clock.advance(9_999);
    await arrive();
    expect(access.isAsking).toBe(true);
    clock.advance(1);
    await asking;
    expect([access.isAsking, access.isUntold]).toEqual([false, true]);
    silence(false);
    clock.advance(500);
    await arrive();
    expect(access.session?.name).toBe("vera");
  });

  it("is left alone while there is no connection to it, once it said so: it is asked when it is back", async () => {
    const { access, hub, clock, link, asked } = world();
    hub.answer = vera;
    await access.ask();
    link.state = { state: "waiting", attempt: 3, retryAt: 0, code: 1006 };
    hub.answer = new HubRefusal("502 Bad Gateway");
    await access.ask();
    clock.advance(120_000);
    expect([asked(), access.session?.name]).toEqual([2, "vera"]);
  });
});
