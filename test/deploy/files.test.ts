/** What `server/deploy/` holds beside the proxies' files, as far as it can be tried without a service manager and images. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { settings } from "../../server/config.ts";
import { hubsOfTest } from "../support/start-hub.ts";
import { pairsOfTest } from "../support/tls-hub.ts";

const root = join(import.meta.dirname, "../..");
const deploy = join(root, "server/deploy");
const text = (name: string) => readFileSync(join(deploy, name), "utf8");
const start = hubsOfTest();
const newPair = pairsOfTest();

const missing = (program: string) => spawnSync(program, ["--version"]).error !== undefined;
if (missing("systemd-analyze"))
  console.warn("systemd-analyze is not installed: the unit of systemd is not tried. It comes with systemd.");

/** Flags of other programs than the hub that the files name. */
const foreignFlags: Readonly<Record<string, readonly string[]>> = {
  Dockerfile: [
    ...["--init", "--read-only", "--tmpfs", "--cap-drop", "--security-opt", "--from", "--interval", "--timeout"],
    ...["--start-period", "--omit", "--offline", "--no-audit", "--no-fund"],
  ],
  "compose.yaml": ["--from", "--to"],
  "telemetry-hub.service": ["--system", "--group", "--no-create-home", "--now"],
};

describe("the unit of systemd", () => {
  const unit = join(deploy, "telemetry-hub.service");

  it.skipIf(missing("systemd-analyze"))("[S33] is one, and exposes little: needs systemd-analyze", () => {
    // The program is where Debian has it, which is not so on every machine.
    const { stdout, stderr } = spawnSync("systemd-analyze", ["verify", unit], { encoding: "utf8" });
    const faults = `${stdout}${stderr}`
      .split("\n")
      .filter((line) => line.includes("telemetry-hub") && !line.includes("/usr/bin/node"));
    expect(faults).toEqual([]);
    const rated = spawnSync("systemd-analyze", ["security", "--offline=true", "--threshold=20", unit]);
    expect(rated.status).toBe(0);
  });

  it("leaves the hub the time to stop and the sockets that it takes", () => {
    expect(Number(/TimeoutStopSec=(\d+)/.exec(text("telemetry-hub.service"))?.[1])).toBeGreaterThan(10);
    expect(text("telemetry-hub.service")).not.toMatch(/^MemoryDenyWriteExecute=yes/m);
  });
});

describe("the image", () => {
  it("takes packages away that are there, and files that are there", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { dependencies: object };
    const removed = [...text("Dockerfile").matchAll(/ dependencies\.(\w+)/g)].map(([, name]) => name ?? "");
    expect(removed.length).toBeGreaterThan(2);
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(removed));
    expect(existsSync(join(deploy, "healthcheck.mjs"))).toBe(true);
    expect(text("Dockerfile")).toMatch(/^USER node$/m);
  });

  const check = async (env: Readonly<Record<string, string>>): Promise<number | null> => {
    const child = spawn(process.execPath, [join(deploy, "healthcheck.mjs")], { env });
    const [code] = (await once(child, "exit")) as [number | null];
    return code;
  };

  it("tells whether its hub works, over TLS too", async () => {
    const plain = await start();
    const { tlsCert, tlsKey } = newPair({ names: ["hub.example"] });
    const secure = await start({ config: { tlsCert, tlsKey } });
    const portOf = (url: string) => new URL(url).port;
    expect(await check({ HUB_PORT: portOf(plain.url) })).toBe(0);
    expect(await check({ HUB_PORT: portOf(secure.url), HUB_TLS_CERT: tlsCert })).toBe(0);
    expect(await check({ HUB_PORT: portOf(secure.url) })).toBe(1);
    expect(await check({ HUB_PORT: "1" })).toBe(1);
  });
});

/** All that looks like a flag or a variable. */
function namedIn(words: string): string[] {
  const patterns = [/(?<![\w-])--[a-z][\w-]*/gi, /\bHUB_[A-Z0-9_]+/g];
  return patterns.flatMap((pattern) => [...words.matchAll(pattern)].map(([word]) => word));
}

describe("the services together", () => {
  it("[S25] trust the one address that their proxy has, in a network of their own without a way out for the hub", () => {
    const compose = text("compose.yaml");
    const [hub = "", caddy = ""] = compose.split("\n  caddy:\n");
    const trusted = /HUB_TRUST_PROXY: (\S+)$/m.exec(hub)?.[1] ?? "";
    expect(isIP(trusted)).toBe(4);
    expect(caddy).toContain(`ipv4_address: ${trusted} }`);
    const subnet = /subnet: ([\d.]+)\/(\d+)/.exec(compose);
    const network = new BlockList();
    network.addSubnet(subnet?.[1] ?? "", Number(subnet?.[2]));
    const addresses = [...compose.matchAll(/ipv4_address: ([\d.]+)/g)].map(([, address]) => address ?? "");
    expect(addresses.map((address) => network.check(address))).toEqual([true, true]);
    expect(compose).toMatch(/inside:\n {4}internal: true/);
    expect(hub).not.toMatch(/ports:|networks:.*outside/);
    for (const service of [hub, caddy])
      for (const line of ["read_only: true", "cap_drop: [ALL]", "security_opt: [no-new-privileges:true]"])
        expect(service).toContain(line);
  });
});

describe("SECURITY.md", () => {
  it("[S36] says where a hole is reported in private, and until when what is answered, mended and told", () => {
    const security = readFileSync(join(root, "SECURITY.md"), "utf8");
    const [, report = ""] = /^## Report a hole\n([\s\S]*?)^## /m.exec(security) ?? [];
    expect(report).toMatch(/private advisory.*_Security_ → _Report a vulnerability_/);
    for (const limit of [/answer within \*\*3 days\*\*/, /within 14 what we think/, /within \*\*90 days\*\*/])
      expect(report).toMatch(limit);
    expect(security).toMatch(/^## Versions\n\n\S/m);
    expect(security).toMatch(/^## What counts\n\n\S/m);
  });
});

describe("what is written of it", () => {
  it.each([
    "README.md",
    "Dockerfile",
    "compose.yaml",
    "nginx.conf",
    "Caddyfile",
    "haproxy.cfg",
    "telemetry-hub.service",
  ])("%s names flags and variables that there are", (name) => {
    const foreign = foreignFlags[name] ?? [];
    const known = [...settings.flatMap(({ flag, env }) => [flag, env]), "HUB_NAME", ...foreign];
    const words = namedIn(text(name));
    expect(words.filter((word) => !known.includes(word))).toEqual([]);
    // A flag that has gone from a file is not let through in it for ever.
    expect(foreign.filter((flag) => !words.includes(flag))).toEqual([]);
    expect(namedIn("`--New-Tokn`, a --x=1 --reqests 5 and HUB_REQESTS; a--b, ---")).toEqual([
      ...["--New-Tokn", "--x", "--reqests", "HUB_REQESTS"],
    ]);
  });

  it.each([
    ["server/deploy/README.md", deploy],
    ["SECURITY.md", root],
  ])("%s points at files that exist", (name, folder) => {
    const links = [...readFileSync(join(root, name), "utf8").matchAll(/\]\(((?!https?:)[^)#]+)[^)]*\)/g)];
    expect(links.length).toBeGreaterThan(2);
    expect(links.map(([, target]) => target ?? "").filter((target) => !existsSync(join(folder, target)))).toEqual([]);
  });
});
