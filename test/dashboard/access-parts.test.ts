import { describe, expect, it } from "vitest";
import { HubRefusal } from "../../dashboard/client/hub-api.ts";
import { orderMany } from "../../dashboard/client/many.ts";
import { revokeTokens } from "../../dashboard/client/revoke-tokens.ts";
import { SetupCode } from "../../dashboard/client/setup-code.ts";
import { agentOf } from "../../dashboard/data/agent.ts";
import { AuditLog, together } from "../../dashboard/data/audit-log.ts";
import { csvTextOf } from "../../dashboard/data/csv-file.ts";
import { findDevices, mostOffered } from "../../dashboard/data/device-search.ts";
import * as rule from "../../dashboard/data/password-rule.ts";
import { readerSnippets } from "../../dashboard/data/reader-snippets.ts";
import { accessHref, accessTabs, parseRoute } from "../../dashboard/data/route.ts";
import { timeZone } from "../../dashboard/data/time-zone.ts";
import { countRows, tokensCsv } from "../../dashboard/data/token-csv.ts";
import { deedWords, detailWords, subjectOf, whoWords } from "../../dashboard/elements/audit-words.ts";
import { lifetimeMs } from "../../dashboard/elements/lifetime-field.ts";
import { tokensEveryMs } from "../../dashboard/elements/tokens-pace.ts";
import { texts } from "../../dashboard/texts/languages/en.ts";
import type { AuditAnswer, AuditEntry, TokenEntry } from "../../server/protocol/access.ts";
import { minPasswordLength } from "../../server/protocol/access.ts";
import { operations } from "../../server/protocol/operations.ts";

describe("the set-up code in the address", () => {
  it("is taken out of the address and the tab's history, and kept for the page", () => {
    const location = { hash: "#setup=7k3m-2p9x", pathname: "/hub/", search: "" };
    const replaced: string[] = [];
    const history = {
      replaceState: (_: unknown, __: string, to?: string | URL | null) => void replaced.push(String(to)),
    };
    const code = new SetupCode({ location, history });
    expect([code.value, replaced]).toEqual(["7k3m-2p9x", ["/hub/#/setup"]]);
    location.hash = "#/market";
    expect(code.takeFromAddress()).toBe(false);
  });
});

describe("devices as they are picked", () => {
  const fleet = Array.from({ length: 1_000 }, (_, index) => ({ device: `greenhouse/${index}`, name: "" }));
  const others = [{ device: "press", name: "Hydraulic press" }, { device: "field/1" }];

  it("are found by id and by name, groups first, and never more than a person looks through", () => {
    const found = findDevices([...fleet, ...others], "green", true);
    expect(found[0]).toEqual({ selector: "greenhouse/*", name: "" });
    expect(found.length).toBe(mostOffered);
    expect(findDevices(others, "hydraulic", true)).toEqual([{ selector: "press", name: "Hydraulic press" }]);
    expect(findDevices(others, " ", true)).toEqual([]);
  });

  it("are no group where only one is wanted, or where only one begins so", () => {
    expect(findDevices(fleet, "green", false).some(({ selector }) => selector.includes("*"))).toBe(false);
    expect(findDevices(others, "field", true).map(({ selector }) => selector)).toEqual(["field/1"]);
  });
});

describe("tokens as a CSV", () => {
  it("are a row each, quoted where they must be, and no spreadsheet runs what stands in a name", () => {
    const made = [
      { devices: ["a/1"], name: 'North, "old"', token: "k3j9" },
      { devices: ["a/2"], name: '=HYPERLINK("http://x")', token: "k3ja" },
    ];
    expect(tokensCsv(made).split("\r\n")).toEqual([
      "device,name,token",
      'a/1,"North, ""old""",k3j9',
      `a/2,"'=HYPERLINK(""http://x"")",k3ja`,
      "",
    ]);
  });

  it.each(["=", "+", "-", "@", "\t", "\r", "\n", "\0"])(
    "[S21] are text to a spreadsheet, also where a name begins with %j",
    (first) => {
      const [row = ""] = tokensCsv([{ devices: ["a"], name: `${first}=1+1`, token: "t" }])
        .split("\r\n")
        .slice(1);
      expect(row.replace('"', "")).toMatch(/^a,'/);
    },
  );

  it("are counted before they are made: rows below the header with something in them", () => {
    expect(["", "device", "device\n", "device\r\na\r\n\r\nb\r\n"].map(countRows)).toEqual([0, 0, 0, 2]);
  });
});

describe("a CSV that somebody saved with what they have", () => {
  const korean = Uint8Array.of(...Buffer.from("device,name\nhall/3,"), 0xbf, 0xc2, 0xbd, 0xc7);

  it("is read as UTF-8 without its byte order mark, else as EUC-KR, which Excel writes in Korea", () => {
    const marked = Buffer.from("\uFEFFdevice,name\nhall/3,온실");
    expect(csvTextOf(marked)).toEqual({ text: "device,name\nhall/3,온실", encoding: "utf-8" });
    expect(csvTextOf(korean)).toEqual({ text: "device,name\nhall/3,온실", encoding: "euc-kr" });
  });

  it("is nothing where it is neither, so that no name comes in mangled", () => {
    for (const text of ["hall/9,S\xfcd\n", "hall/9,Gew\xe4chshaus\n", "hall/9,caf\xe9\n"])
      expect(csvTextOf(Buffer.from(text, "latin1")), text).toBeUndefined();
    expect(csvTextOf(Buffer.from("\uFEFFdevice\n", "utf16le"))).toBeUndefined();
  });
});

describe("orders to many", () => {
  it("are few at once, all of them, and one that fails keeps no other back", async () => {
    let [now, most] = [0, 0];
    const over: number[] = [];
    const done = await orderMany(
      Array.from({ length: 50 }, (_, index) => index),
      async (index) => {
        now += 1;
        most = Math.max(most, now);
        await new Promise<void>((resolve) => setImmediate(resolve));
        now -= 1;
        if (index % 10 === 3) throw new Error(String(index));
        return index;
      },
      (count) => over.push(count),
    );
    expect([done.answers.length, done.failures.length, most]).toEqual([45, 5, 4]);
    expect(over).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  it("revoke also what somebody else revoked first, and nothing of which the hub says no", async () => {
    const refusals: Record<string, HubRefusal> = {
      gone: new HubRefusal("There is no such token.", "not_found"),
      full: new HubRefusal("The disk is full.", "store_unavailable"),
    };
    const asked: string[] = [];
    const api = {
      delete: <Answer>(path: string): Promise<Answer> => {
        asked.push(path);
        const refusal = refusals[path.slice("tokens/".length)];
        return refusal ? Promise.reject(refusal) : Promise.resolve(undefined as Answer);
      },
    };
    const { answers, failures } = await revokeTokens(api, ["a", "gone", "full"]);
    expect([answers, failures, asked.length]).toEqual([["a", "gone"], [refusals.full], 3]);
  });
});

describe("the list of tokens", () => {
  it("is asked for less often the longer it is: ten thousand are megabytes", () => {
    const answer = (count: number) => ({ tokens: Array.from({ length: count }, () => ({}) as TokenEntry) });
    expect([undefined, answer(0), answer(250), answer(1_000), answer(10_000)].map(tokensEveryMs)).toEqual([
      5_000, 5_000, 5_000, 20_000, 120_000,
    ]);
  });
});

describe("the log of changes, read on while more comes", () => {
  /** A page as the hub tells it: `limit` entries below `cursor` of those up to `newest`. */
  const page = (newest: number, limit: number, cursor = newest + 1): AuditAnswer => {
    const first = Math.min(newest, cursor - 1);
    const numbers = Array.from({ length: Math.min(limit, first) }, (_, index) => first - index);
    const last = numbers.at(-1) ?? 1;
    return { entries: numbers.map((number) => entryOf(number)), next: last > 1 ? String(last) : null };
  };
  const numbers = (log: AuditLog) => log.entries.map(({ number }) => number);
  const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => from - index);

  it("has no hole: what came between two looks and fits on no page is asked for", () => {
    const log = new AuditLog();
    expect(log.newest(page(100, 10))).toBeUndefined();
    log.earlier(log.next ?? "", page(100, 10, Number(log.next)));
    expect(numbers(log)).toEqual(down(100, 81));
    // 35 more: the newest ten do not reach down to 100.
    let hole = log.newest(page(135, 10));
    expect(hole).toBe("126");
    // Nothing is shown with a hole in it, and a look meanwhile makes no second one.
    expect(numbers(log)).toEqual(down(100, 81));
    expect(log.newest(page(150, 10))).toBeUndefined();
    for (let asked = 0; hole !== undefined && asked < 10; asked += 1) hole = log.between(page(150, 10, Number(hole)));
    expect(hole).toBeUndefined();
    expect(numbers(log)).toEqual(down(135, 81));
    expect(log.next).toBe("81");
    expect(log.newest(page(140, 10))).toBeUndefined();
    expect(numbers(log)).toEqual(down(140, 81));
  });

  it("begins anew where a hole cannot be filled, and takes nothing that was asked for before", () => {
    const log = new AuditLog();
    log.newest(page(100, 10));
    const cursor = log.next ?? "";
    log.newest(page(500, 10));
    log.drop();
    log.newest(page(500, 10));
    log.earlier(cursor, page(100, 10, Number(cursor)));
    expect(numbers(log)).toEqual(down(500, 491));
  });

  it("tells together what one order did to many, and alone what was done by somebody else, later, or twice", () => {
    const csv = [5, 4, 3].map((number) => entryOf(number, { action: "addTokens" }));
    const others = [
      entryOf(9, { action: "addTokens", who: "vera" }),
      entryOf(8, { action: "addTokens", at: 9_000_000 }),
      entryOf(7, { action: "signIn" }),
      entryOf(6, { action: "signIn" }),
    ];
    const rows = together([...others, ...csv, entryOf(2, { action: "addTokens", at: -9_000_000 })]);
    expect(rows.map((row) => row.map(({ number }) => number))).toEqual([[9], [8], [7], [6], [5, 4, 3], [2]]);
  });

  it("is told in words: each operation, each field of it, and whom no name stands for", () => {
    for (const [action, subject] of [
      ["addTokens", "tokens"],
      ["removeReadingsByQuery", "readings"],
    ] as const) {
      expect(deedWords({ action })).not.toContain(action);
      expect(subjectOf({ action })).toBe(subject);
    }
    const details = { kind: "fleet", devices: null, role: null, expires: null, replaced: 2, disabled: true };
    expect(detailWords(entryOf(1, { details }), 0)).toEqual([
      ["Kind", "Fleet key"],
      ["Devices", "all devices"],
      ["Good until", "Until it is revoked"],
      ["Tokens replaced", "2"],
      ["Disabled", "yes"],
    ]);
    expect(whoWords({ who: "" })).toContain("the hub");
  });

  function entryOf(number: number, so: Partial<AuditEntry> = {}): AuditEntry {
    return { number, at: number, who: "ada", address: "", action: "editDevice", subject: "", details: {}, ...so };
  }
});

describe("how long a token is good", () => {
  it("is a length of time, until a date ahead, or for ever", () => {
    const now = Date.parse("2026-11-27T12:00:00");
    expect(lifetimeMs({ key: "week", until: "" }, now)).toBe(604_800_000);
    expect(lifetimeMs({ key: "forEver", until: "" }, now)).toBeNull();
    expect(lifetimeMs({ key: "date", until: "2026-11-27T13:00" }, now)).toBe(3_600_000);
    expect(lifetimeMs({ key: "date", until: "2026-11-27T11:00" }, now)).toBeUndefined();
    expect(lifetimeMs({ key: "date", until: "" }, now)).toBeUndefined();
    // By the clock that all times are shown with, which may be that of the hub.
    timeZone.hubIs("Asia/Seoul");
    timeZone.choose("hub");
    const seoul = lifetimeMs({ key: "date", until: "2026-11-28T09:00" }, Date.parse("2026-11-27T00:00Z"));
    timeZone.choose("local");
    expect(seoul).toBe(86_400_000);
  });
});

describe("a browser, in words", () => {
  it.each([
    [
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36",
      "Chrome",
      "Linux",
    ],
    ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0", "Edge", "Windows"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1", "Safari", "iPhone"],
    ["Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0", "Firefox", "Android"],
    ["curl/8.14", "", ""],
  ])("%s", (text, browser, system) => {
    expect(agentOf(text)).toEqual({ browser, system });
  });
});

describe("the pages of access and the hub", () => {
  it("ask for passwords of the same length", () => {
    expect(rule.minPasswordLength).toBe(minPasswordLength);
  });

  it("have words for every change that the log can hold", () => {
    const changes = Object.entries(operations)
      .filter(([, { method, action }]) => method !== "GET" && action !== "public")
      .map(([name]) => name.replace(/ByQuery$/, ""));
    expect(changes.length).toBeGreaterThan(20);
    // Asked by POST since it is long, and readings themselves are no change of the hub.
    const silent = ["previewPolicies", "postReadings"];
    const told = Object.keys(texts.access.audit.did);
    expect(changes.filter((name) => !told.includes(name) && !silent.includes(name))).toEqual([]);
  });

  it("have an address for each part", () => {
    for (const tab of accessTabs) expect(parseRoute(accessHref(tab))).toMatchObject({ page: "access", tab });
    expect(parseRoute("#/access")).toMatchObject({ page: "access", tab: undefined });
    expect(parseRoute("#/access/nonsense")).toMatchObject({ page: "access", tab: undefined });
  });

  it("give programs that read their token in a header or a message, and never in an address", () => {
    const address = { protocol: "https:", host: "example.org", pathname: "/hub/" };
    for (const program of Object.values(readerSnippets(address, "k3j9-x2mq"))) {
      expect(program).toMatch(/Bearer k3j9-x2mq|token: "k3j9-x2mq"/);
      expect(program).not.toMatch(/(https?|wss?):[^\s"']*k3j9/);
      expect(program).toContain("example.org/hub/");
    }
  });
});
