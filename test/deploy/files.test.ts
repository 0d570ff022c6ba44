/** What `server/deploy/` holds beside the proxies' files, as far as it can be tried without a service manager and images. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
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
    const flags = [
      ...text(name).matchAll(/(?<![\w-])--(?:trust|base|tls|plain|hsts|lan|open|host|limit|allow)[a-z-]*/g),
    ];
    const variables = [...text(name).matchAll(/\bHUB_[A-Z_]+/g)];
    const known = [...settings.flatMap(({ flag, env }) => [flag, env]), "HUB_NAME"];
    expect([...flags, ...variables].map(([word]) => word).filter((word) => !known.includes(word))).toEqual([]);
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
