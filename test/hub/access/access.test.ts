/** Who is let in: decisions alone, with a clock that can be turned. */
import { describe, expect, it } from "vitest";
import { Access } from "../../../server/hub/access/access.ts";
import { AccessBook } from "../../../server/hub/access/book.ts";
import { openPrincipal } from "../../../server/hub/access/principal.ts";
import { looksLikeToken } from "../../../server/hub/access/secrets.ts";
import { Hub } from "../../../server/hub/hub.ts";
import { type Log, silentLog } from "../../../server/ports.ts";
import { Refusal } from "../../../server/protocol/errors.ts";
import { defaultLimits } from "../../../server/protocol/limits.ts";
import { MemoryStore } from "../../../server/store/memory/memory-store.ts";
import { openAccess, tokenRecord } from "../../support/access.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakePeer } from "../../support/fake-peer.ts";

const right = "k3j9-x2mq-7h2k-9xw3-dq01-a2b3-zz99";

function world() {
  const clock = new FakeClock();
  const lines: string[] = [];
  const line = (message: string, fields?: object) => lines.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: line, info: line, warn: line, error: line };
  const tokens = [tokenRecord(right, { kind: "program", role: "operator" })];
  const book = new AccessBook(new MemoryStore().access, { people: [], sessions: [], tokens });
  const access = new Access({ book, reach: "network", requests: 0, clock, log });
  const judge = (token: string | undefined, address = "192.168.1.9", local = false) => {
    const judged = access.judge({ address, local, token });
    return judged instanceof Refusal ? judged : undefined;
  };
  const ask = (...asked: Parameters<typeof judge>) => judge(...asked)?.code ?? "in";
  return { clock, lines, access, ask, judge };
}

describe("access", () => {
  it("[S6] lets this machine in without a token, others with a token alone, and says how", () => {
    const { ask, judge } = world();
    expect(ask("wrong", "127.0.0.1", true)).toBe("in");
    expect(ask(right)).toBe("in");
    const refusal = judge(undefined);
    expect(refusal?.code).toBe("not_signed_in");
    for (const word of ["Authorization: Bearer", "hello.token", "Access"]) expect(refusal?.message).toContain(word);
  });

  it("lets everybody in where the hub was said to be open", () => {
    const access = openAccess(new FakeClock());
    expect(access.open).toBe(true);
    expect(access.judge({ address: "192.168.1.9", local: false, token: undefined })).toBe(openPrincipal);
  });

  it("[S5] takes a token as people type it, and nothing that only begins or ends like it", () => {
    const typed = [right.toUpperCase(), right.replaceAll("-", ""), ` ${right.replaceAll("-", " ")}\n`];
    for (const token of [...typed, right.replace("01", "oI"), right.replace("01", "OL")])
      expect(world().ask(token), token).toBe("in");
    for (const token of ["", right.slice(0, -1), `${right}0`, right.slice(1), "x".repeat(100_000), "\u0000"])
      expect(world().ask(token), token.slice(0, 40)).toBe("not_signed_in");
  });

  it("[S5] refuses a token in which one letter, wherever it stands, is another", () => {
    for (let at = 0; at < right.length; at++) {
      if (right[at] === "-") continue;
      const other = right[at] === "5" ? "6" : "5";
      const token = `${right.slice(0, at)}${other}${right.slice(at + 1)}`;
      expect(world().ask(token), token).toBe("not_signed_in");
    }
  });

  it("[S7] does not look at tokens of an address for 60 s after 10 wrong ones in a minute; others are as ever", () => {
    const { clock, access, ask, judge, lines } = world();
    for (let count = 0; count < 10; count++) expect(ask(`wrong ${count}`)).toBe("not_signed_in");
    for (let count = 10; count < 1_000; count++) expect(ask(`wrong ${count}`)).toBe("rate_limited");
    expect(ask(right)).toBe("rate_limited");
    expect(ask(undefined)).toBe("not_signed_in");
    expect(ask(right, "192.168.1.10")).toBe("in");
    expect(judge(right)?.message).toContain("60 s");
    clock.advance(59_999);
    expect(ask(right)).toBe("rate_limited");
    clock.advance(1);
    expect(ask(right)).toBe("in");
    expect(access.counts.wrong).toBe(10);
    expect(access.counts.turnedAway).toBeGreaterThan(990);
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain("wrong 1");
  });

  it("[S7] the right token of one address is no way to go on guessing from others of its network", () => {
    const { ask, access } = world();
    for (let count = 0; count < 200; count++) {
      ask("wrong", `2001:db8::${count.toString(16)}`);
      ask(right, "2001:db8::ffff");
    }
    expect(access.counts.wrong).toBe(100);
  });

  it("[S7] forgives wrong tokens after a minute, and after the right one", () => {
    const { clock, ask } = world();
    for (let minute = 0; minute < 3; minute++) {
      for (let count = 0; count < 9; count++) expect(ask("wrong")).toBe("not_signed_in");
      clock.advance(60_000);
    }
    for (let count = 0; count < 9; count++) ask("wrong");
    expect(ask(right)).toBe("in");
    for (let count = 0; count < 9; count++) expect(ask("wrong")).toBe("not_signed_in");
  });

  it("[S7] takes IPv4 in IPv6 for itself, and an address for the same by whatever interface it came", () => {
    const { ask } = world();
    for (let count = 0; count < 10; count++) ask("wrong", "::ffff:10.0.0.1");
    expect(ask(right, "10.0.0.1")).toBe("rate_limited");
    expect(ask(right, "::ffff:10.0.0.2")).toBe("in");
    for (let count = 0; count < 10; count++) ask("wrong", "fe80::9%eth0");
    expect(ask(right, "fe80::9%wlan0")).toBe("rate_limited");
  });

  it("[S7] a board with an old token locks nobody else out of a home that is one IPv6 network", () => {
    const { ask } = world();
    for (let count = 0; count < 1_000; count++) ask("old", "fd00::9");
    expect(ask(right, "fd00::9")).toBe("rate_limited");
    expect(ask(right, "fd00::a")).toBe("in");
  });

  it("[S7] gives one who takes ever new addresses of an IPv6 network 100 trials a minute, and other networks theirs", () => {
    const { ask, access, lines, clock } = world();
    for (let count = 0; count < 1_000; count++) ask("wrong", `2001:db8:0:1::${count.toString(16)}`);
    expect(access.counts).toEqual({ wrong: 100, turnedAway: 900 });
    // The right token of another address does not begin the count anew.
    expect(ask(right, "2001:db8::1:ffff:0:0:1")).toBe("rate_limited");
    expect(ask(right, "2001:db8:0:2::1")).toBe("in");
    expect(lines.filter((line) => line.includes("2001:db8:0:1::/64"))).toHaveLength(1);
    clock.advance(60_000);
    expect(ask(right, "2001:db8::1:ffff:0:0:1")).toBe("in");
  });

  it("[S7] remembers a bounded number of addresses", () => {
    const { ask } = world();
    for (let count = 0; count < 9; count++) ask("wrong", "10.0.0.1");
    for (let count = 0; count < 10_000; count++) ask("wrong", `11.${count >> 16}.${(count >> 8) & 255}.${count & 255}`);
    expect(ask("wrong", "10.0.0.1")).toBe("not_signed_in");
    expect(ask(right, "10.0.0.1")).toBe("in");
  });
});

describe("what looks like a token", () => {
  it.each([right, right.toUpperCase(), `#token=${right}`, `/x/${right}/`, "oooo-iiii-llll-0000-1111-zzzz-aaaa"])(
    "is %s",
    (text) => expect(looksLikeToken(text)).toBe(true),
  );

  it.each([
    "",
    "boiler-1",
    "some text with four have each that",
    right.slice(5),
    `${right}-aaaa`,
    `a${right}`,
    crypto.randomUUID(),
    "x".repeat(28),
    "a-".repeat(50_000),
  ])("is not %.40s", (text) => expect(looksLikeToken(text)).toBe(false));
});

describe("a connection that has not signed in", () => {
  async function connected(limits = defaultLimits) {
    const { clock, access, lines } = world();
    const store = new MemoryStore();
    const hub = new Hub({
      ...{ store, state: await store.open(), version: "0.0.0", access },
      config: { commitDelayMs: 0, limits },
      ports: { clock, log: silentLog },
      loopDelayMs: () => 0,
      onFatal: () => {},
    });
    const peer = new FakePeer("192.168.1.9");
    peer.principal = undefined;
    const session = hub.accept(peer);
    return {
      hub,
      clock,
      lines,
      peer,
      send: (message: object | string) =>
        session.receive(typeof message === "string" ? message : JSON.stringify(message)),
    };
  }

  it.each([
    [{ type: "hello", device: "a" }],
    [{ type: "hello", device: "a", token: "wrong" }],
    [{ type: "hello", viewer: true }],
    [{ type: "hello", viewer: true, token: "wrong" }],
    [{ type: "reading", id: 5, device: "a", metric: "m", value: 1 }],
    [{ type: "reading", id: 5, device: "a", metric: "m", value: 1, token: "wrong" }],
    [{ type: "readings", id: 5, device: "a", readings: [{ metric: "m", value: 1 }] }],
    [{ type: "subscribe", id: 5 }],
    [{ type: "describe", id: 5, device: "a" }],
  ])("[S6] gets not_signed_in, 4401, and nothing else for %j", async (message) => {
    const { hub, peer, send } = await connected();
    send(message);
    send({ type: "reading", device: "a", metric: "m", value: 1, token: right });
    expect(peer.messages).toMatchObject([
      { type: "error", code: "not_signed_in", ...("id" in message ? { id: 5 } : {}) },
    ]);
    expect(peer.closed?.code).toBe(4401);
    expect(hub.catalog.deviceCount).toBe(0);
  });

  it.each([
    ["hello", { type: "hello", device: "a", token: right }, "welcome"],
    ["reading", { type: "reading", id: 1, device: "a", metric: "m", value: 1, token: right }, "ack"],
    ["a viewer's hello", { type: "hello", viewer: true, token: right }, "welcome"],
  ])("is let in by the token of %s, and has no deadline any more", async (_, message, answer) => {
    const { clock, peer, send } = await connected();
    send(message);
    await peer.untilOf(answer);
    clock.advance(60_000);
    expect(peer.closed).toBeUndefined();
    expect(peer.terminated).toBe(false);
  });

  it.each([
    ["nothing", []],
    ["pings", [JSON.stringify({ type: "ping", id: 1, time: 0 })]],
    ["garbage", ["{", "nonsense"]],
  ])(
    "[S2] that sends %s is closed with 4408 after limits.firstMessageMs, and cut within a second of that",
    async (_, texts) => {
      const { clock, peer, send } = await connected();
      for (const text of texts) send(text);
      clock.advance(9_999);
      expect(peer.closed).toBeUndefined();
      clock.advance(1);
      expect(peer.closed?.code).toBe(4408);
      clock.advance(1_000);
      expect(peer.terminated).toBe(true);
    },
  );
});
