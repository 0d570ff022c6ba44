import { describe, expect, it } from "vitest";
import { SetupCode } from "../../dashboard/client/setup-code.ts";
import { agentOf } from "../../dashboard/data/agent.ts";
import { findDevices, mostOffered } from "../../dashboard/data/device-search.ts";
import * as rule from "../../dashboard/data/password-rule.ts";
import { readerSnippets } from "../../dashboard/data/reader-snippets.ts";
import { accessHref, accessTabs, parseRoute } from "../../dashboard/data/route.ts";
import { countRows, tokensCsv } from "../../dashboard/data/token-csv.ts";
import { lifetimeMs } from "../../dashboard/elements/lifetime-field.ts";
import { texts } from "../../dashboard/texts/languages/en.ts";
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

  it("are counted before they are made: rows below the header with something in them", () => {
    expect(["", "device", "device\n", "device\r\na\r\n\r\nb\r\n"].map(countRows)).toEqual([0, 0, 0, 2]);
  });
});

describe("how long a token is good", () => {
  it("is a length of time, until a date ahead, or for ever", () => {
    const now = Date.parse("2026-11-27T12:00:00");
    expect(lifetimeMs({ key: "week", until: "" }, now)).toBe(604_800_000);
    expect(lifetimeMs({ key: "forEver", until: "" }, now)).toBeNull();
    expect(lifetimeMs({ key: "date", until: "2026-11-27T13:00" }, now)).toBe(3_600_000);
    expect(lifetimeMs({ key: "date", until: "2026-11-27T11:00" }, now)).toBeUndefined();
    expect(lifetimeMs({ key: "date", until: "" }, now)).toBeUndefined();
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
