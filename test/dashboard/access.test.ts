import { describe, expect, it } from "vitest";
import { Access } from "../../dashboard/client/access.ts";
import type { HubApi } from "../../dashboard/client/hub-api.ts";
import { HubRefusal } from "../../dashboard/client/hub-api.ts";
import { RequestCount } from "../../dashboard/client/request-count.ts";
import { RequestPoll, requestsEveryMs } from "../../dashboard/client/request-poll.ts";
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
  const answered = async () => {
    const answer = tab.value !== undefined && hub.withToken ? hub.withToken : hub.answer;
    if (answer instanceof HubRefusal) throw answer;
    return answer;
  };
  const api = { get: answered, post: answered, put: answered, delete: answered } as unknown as HubApi;
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
    letIn: () => happened.push("let in"),
    another: () => happened.push("another"),
  });
  return { access, hub, tab, rights, happened };
}

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
    expect([access.isOut, happened]).toEqual([true, []]);
    hub.answer = vera;
    await access.signIn({ name: "vera", password: "x" });
    await access.ask();
    expect(happened).toEqual(["let in"]);
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
    expect(happened).toEqual(["let in", "another"]);
  });

  it("leaves nothing to who comes next: not where they are signed out elsewhere, nor to somebody else after that", async () => {
    const { access, hub, happened } = world();
    hub.answer = vera;
    await access.ask();
    hub.answer = nobody;
    await access.ask();
    expect(happened).toEqual(["let in", "another"]);
    hub.answer = { ...vera, name: "bob" };
    await access.ask();
    expect(happened).toEqual(["let in", "another", "another"]);
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
    expect(happened).toEqual(["let in", "another"]);
  });
});

describe("the number of devices that ask to be let in", () => {
  it("is asked for those who may let in, while they look, and by nobody else", async () => {
    const clock = new FakeClock();
    const { access, hub } = world();
    const asked: string[] = [];
    const page = { visible: true };
    const count = new RequestCount();
    const poll = new RequestPoll({
      access,
      tell: count.tell,
      client: { state: { state: "open" } },
      api: {
        get: async <Answer>(path: string) => {
          asked.push(path);
          return { requests: [{}, {}] } as Answer;
        },
      },
      timers: clock,
      visible: () => page.visible,
    });
    count.follow(poll);
    const arrive = () => new Promise<void>((resolve) => setImmediate(resolve));
    hub.answer = vera;
    await access.ask();
    clock.advance(requestsEveryMs);
    expect(asked).toEqual([]);
    hub.answer = { ...vera, actions: ["watch", "admit"] };
    await access.ask();
    await arrive();
    expect([asked.length, count.value]).toEqual([1, 2]);
    page.visible = false;
    clock.advance(requestsEveryMs);
    expect(asked.length).toBe(1);
    page.visible = true;
    count.wake();
    await arrive();
    expect(asked.length).toBe(2);
    hub.answer = vera;
    await access.ask();
    expect(count.value).toBe(0);
    clock.advance(requestsEveryMs);
    expect(asked.length).toBe(2);
  });
});
