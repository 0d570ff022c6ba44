/** What --lan tells a person: addresses, the token once, and a code for a phone. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { type NetworkInterfaceInfo, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lanAddresses, lanText } from "../../server/main/lan.ts";
import { builtHub, HubProcess } from "../chaos/hub-process.ts";

const token = "k3j9-x2mq-7h2k-9xw3-dq01-a2b3-zz99";

function at(address: string, internal = false): NetworkInterfaceInfo {
  const common = { address, netmask: "", mac: "", internal, cidr: null };
  return address.includes(":") ? { ...common, family: "IPv6", scopeid: 0 } : { ...common, family: "IPv4" };
}

describe("addresses in the network", () => {
  it("are those under which other machines reach this one", () => {
    const interfaces = {
      lo: [at("127.0.0.1", true), at("::1", true)],
      docker0: [at("172.17.0.1")],
      wlan0: [at("fe80::1"), at("fd00::5"), at("192.168.1.5")],
      eth0: [at("10.0.0.5"), at("169.254.3.4")],
      none: undefined,
    };
    expect(lanAddresses(interfaces)).toEqual(["192.168.1.5", "10.0.0.5"]);
    expect(lanAddresses({ eth0: [at("fe80::1"), at("fd00::5")] })).toEqual(["fd00::5"]);
    expect(lanAddresses({ lo: [at("127.0.0.1", true)] })).toEqual([]);
  });
});

describe("the text of --lan", () => {
  const reach = { port: 8080, addresses: ["192.168.1.5", "fd00::5"], token, colours: false };

  it("tells addresses and token, and draws a code in lines of one width", () => {
    const text = lanText(reach);
    expect(text).toContain("http://192.168.1.5:8080 or http://[fd00::5]:8080");
    expect(text.split("\n")).toContain(`  ${token}`);
    expect(text).not.toContain("?token");
    const code = text.split("\n").filter((line) => /^[█▀▄ ]{21,}$/.test(line));
    expect(new Set(code.map((line) => line.length)).size).toBe(1);
    // Two rows of modules a line.
    expect(code).toHaveLength(Math.ceil((code[0]?.length ?? 0) / 2));
    expect(code.every((line) => line.startsWith("██") || line.startsWith("▀▀"))).toBe(true);
  });

  it("draws dark on light whatever the terminal's colours are", () => {
    const lines = lanText({ ...reach, colours: true }).split("\n");
    expect(
      lines.filter((line) => line.startsWith("\u001b[97;40m") && line.endsWith("\u001b[0m")).length,
    ).toBeGreaterThan(10);
  });

  it("has no token and no code at later starts, and says how to get another", () => {
    const text = lanText({ ...reach, token: undefined });
    expect(text.trimEnd().split("\n")).toHaveLength(1);
    expect(text).toContain("--new-token");
  });

  it("tells the token where the machine has no network yet", () => {
    const text = lanText({ ...reach, addresses: [] });
    expect(text).toContain(token);
    expect(text).toContain("no address");
  });
});

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
    expect(lines[1]).toContain("with this token:");
  });

  it("lets the fleet of --demo in, which comes from this machine", async () => {
    const hub = new HubProcess({ data: join(folder, "data"), flags: ["--lan", "--demo"] });
    const url = await hub.url();
    const stored = async () => {
      const answer = (await (await fetch(`${url}/api/v1/status`)).json()) as { readings: { stored: number } };
      return answer.readings.stored;
    };
    await expect.poll(stored, { timeout: 15_000 }).toBeGreaterThan(0);
    hub.signal("SIGTERM");
    await hub.ended;
  });
});
