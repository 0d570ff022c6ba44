/** What --lan tells a person: addresses, the token once, and a code for a phone. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { type NetworkInterfaceInfo, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import readCode from "jsqr";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lanAddresses, lanText, type ReachSettings, reachUrls, setupText } from "../../server/main/lan.ts";
import { builtHub, HubProcess } from "../chaos/hub-process.ts";
import {
  darkTerminal,
  drawTerminal,
  lightTerminal,
  type Palette,
  turnedTerminal,
} from "../support/terminal-picture.ts";

const token = "k3j9-x2mq-7h2k-9xw3-dq01-a2b3-zz99";

function at(address: string, internal = false): NetworkInterfaceInfo {
  const common = { address, netmask: "", mac: "", internal, cidr: null };
  return address.includes(":") ? { ...common, family: "IPv6", scopeid: 0 } : { ...common, family: "IPv4" };
}

describe("addresses in the network", () => {
  it("are those under which other machines reach this one: the network first, then tunnels, IPv6 after IPv4", () => {
    const interfaces = {
      lo: [at("127.0.0.1", true), at("::1", true)],
      docker0: [at("172.17.0.1")],
      "br-0123456789ab": [at("172.18.0.1")],
      tun0: [at("10.8.0.2"), at("fd08::2")],
      tailscale0: [at("100.101.102.103")],
      wlan0: [at("fe80::1"), at("fd00::5"), at("192.168.1.5")],
      eth0: [at("10.0.0.5"), at("169.254.3.4")],
      none: undefined,
    };
    expect(lanAddresses(interfaces)).toEqual([
      ...["192.168.1.5", "10.0.0.5", "fd00::5"],
      ...["10.8.0.2", "100.101.102.103", "fd08::2"],
    ]);
  });

  it.each([
    ["IPv6 alone", { eth0: [at("fe80::1"), at("fd00::5")] }, ["fd00::5"]],
    [
      "a bridge that is the network",
      { "br-lan": [at("192.168.1.1")], br0: [at("10.0.0.1")] },
      ["192.168.1.1", "10.0.0.1"],
    ],
    ["a cable without a router", { eth0: [at("fe80::1"), at("169.254.3.4")] }, ["169.254.3.4"]],
    ["programs of this machine alone", { docker0: [at("172.17.0.1")], eth0: [at("fe80::1")] }, ["172.17.0.1"]],
    ["nothing", { lo: [at("127.0.0.1", true)] }, []],
  ])("%s", (_, interfaces, expected) => {
    expect(lanAddresses(interfaces)).toEqual(expected);
  });
});

describe("addresses of the hub for others", () => {
  const settings = { url: "http://127.0.0.1:8080", host: "::", certificateNames: [], allowOrigin: [], basePath: "" };
  const secure = { ...settings, url: "https://127.0.0.1:8443" };
  const interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = { eth0: [at("192.168.1.5"), at("fd00::5")] };

  it.each<[string, Partial<ReachSettings>, string[]]>([
    ["all of this machine", settings, ["http://192.168.1.5:8080", "http://[fd00::5]:8080"]],
    ["one that was chosen", { ...settings, host: "hub.lan" }, ["http://hub.lan:8080"]],
    [
      "names of the certificate, none of this machine and none with a star",
      { ...secure, certificateNames: ["localhost", "*.example", "hub.example", "192.168.1.5"] },
      ["https://hub.example:8443", "https://192.168.1.5:8443"],
    ],
    [
      "a certificate without one of those",
      { ...secure, certificateNames: ["*.example"] },
      ["https://192.168.1.5:8443", "https://[fd00::5]:8443"],
    ],
    [
      "a port that is not said",
      { ...secure, url: "https://127.0.0.1", certificateNames: ["hub.example"] },
      ["https://hub.example"],
    ],
    [
      "those of a proxy on this machine",
      { ...settings, host: "127.0.0.1", allowOrigin: ["https://board.example"], basePath: "/hub" },
      ["https://board.example/hub"],
    ],
    ["a proxy that nobody named", { ...settings, host: "127.0.0.1" }, []],
  ])("%s", (_, changes, expected) => {
    expect(reachUrls({ ...settings, ...changes }, interfaces)).toEqual(expected);
  });
});

describe("the text of --lan", () => {
  const setupCode = "7k3m-2p9x-9xw3-dq01";
  const urls = ["http://192.168.1.5:8080", "http://[fd00::5]:8080"];
  const reach = { urls, token, setupCode, again: false, colours: false };

  it("tells addresses, the set-up code and the token", () => {
    const text = lanText(reach);
    expect(text).toContain("http://192.168.1.5:8080");
    expect(text).toContain("http://[fd00::5]:8080");
    for (const secret of [token, setupCode]) expect(text.split("\n")).toContain(`  ${secret}`);
    expect(text).not.toContain("?token");
  });

  /** What a camera that takes dark on light alone reads from the code on a terminal; `inverse`: one that takes light on dark, too. */
  function seen(colours: boolean, palette: Palette, inverse = false): string | undefined {
    const lines = codeLines(lanText({ ...reach, colours }));
    const { pixels, width, height } = drawTerminal(lines, palette);
    return readCode(pixels, width, height, { inversionAttempts: inverse ? "invertFirst" : "dontInvert" })?.data;
  }
  const setup = `http://192.168.1.5:8080/#setup=${setupCode}`;

  it.each([
    ["dark", darkTerminal],
    ["light", lightTerminal],
    ["light with its colours turned round", turnedTerminal],
  ])("draws a code that a camera reads as the page's address and the set-up code: %s terminal", (_, palette) => {
    expect(seen(true, palette)).toBe(setup);
  });

  it("draws it without colours for a dark terminal; on a light one only cameras read it that take light on dark", () => {
    expect(seen(false, darkTerminal)).toBe(setup);
    expect(seen(false, lightTerminal, true)).toBe(setup);
  });

  it("leaves four light modules on each side of it (ISO/IEC 18004, 9.1), in lines of one width", () => {
    const lines = codeLines(lanText(reach));
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    for (const line of lines.slice(0, 2)) expect(line).toMatch(/^█+$/);
    for (const line of lines) expect(line).toMatch(/^(████.*████|▀+)$/);
    expect(lines.at(-1)).toMatch(/^[▀█]+$/);
    expect(lines.length * 2 - (lines[0]?.length ?? 0)).toBeLessThanOrEqual(1);
  });

  it("tells the address that has the code in it, also to who reads no code with a camera, and to who lost a password that it makes another admin", () => {
    expect(lanText(reach).split("\n")).toContain(`  ${setup}`);
    expect(lanText({ ...reach, again: true })).not.toContain("first account");
    const own = "http://localhost:8080";
    for (const again of [false, true])
      expect(setupText(own, setupCode, again)).toContain(`${own}/#setup=${setupCode} `);
    expect(setupText(own, setupCode, true)).not.toMatch(/first|Nobody needs to sign in/);
  });

  it("has no token and no code at starts of a hub that has accounts", () => {
    const text = lanText({ ...reach, token: undefined, setupCode: undefined });
    expect(text.trimEnd().split("\n")).toHaveLength(1);
    expect(text).toContain("http://192.168.1.5:8080");
  });

  it("tells the secrets where the machine has no network yet", () => {
    const text = lanText({ ...reach, urls: [] });
    for (const secret of [token, setupCode]) expect(text).toContain(secret);
    expect(text).toContain("by its proxy, or once this machine has an address");
  });
});

/** The lines of the code, whether coloured or not. */
function codeLines(text: string): string[] {
  return text.split("\n").filter((line) => /[█▀▄]{4}/.test(line));
}

describe("a start with --lan", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hub-lan-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const printed = /(?:[0-9a-z]{4}-){6}[0-9a-z]{4}/;

  it("[S23] prints the token once, beside a log for machines and not in it; --new-token prints another", async () => {
    const tokens: (string | undefined)[] = [];
    for (const flags of [["--lan"], ["--lan"], ["--lan", "--new-token"]]) {
      const hub = new HubProcess({ data: join(folder, "data"), flags });
      await hub.url();
      hub.signal("SIGTERM");
      await hub.ended;
      const text = hub.lines.filter((line) => !line.startsWith("{"));
      expect(text.length).toBeGreaterThan(0);
      expect(hub.lines.filter((line) => line.startsWith("{") && printed.test(line))).toEqual([]);
      tokens.push(printed.exec(text.join("\n"))?.[0]);
    }
    const [first, later, second] = tokens;
    expect(first).toMatch(printed);
    expect(later).toBeUndefined();
    expect(second).toMatch(printed);
    expect(second).not.toBe(first);
  });

  it("prints it after the line that says where the hub listens, in a log for people", async () => {
    const argv = [builtHub, "--lan", "--port", "0", "--data", join(folder, "data")];
    const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (printed.test(line)) child.kill("SIGTERM");
    }
    expect(lines[0]).toMatch(/^The hub listens on http:\/\/localhost:\d+ /);
    expect(lines[1]).toMatch(/^Other machines reach it at /);
  });

  it("lets the fleet of --demo in, which comes from this machine", async () => {
    const hub = new HubProcess({ data: join(folder, "data"), flags: ["--lan", "--demo"] });
    const url = await hub.url();
    const stored = async () => {
      const answer = (await (await fetch(`${url}/api/v1/status`)).json()) as { readings: { stored: number } };
      return answer.readings.stored;
    };
    await expect.poll(stored, { timeout: 60_000 }).toBeGreaterThan(0);
    hub.signal("SIGTERM");
    await hub.ended;
  });
});
