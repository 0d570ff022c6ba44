/**
 * What README promises, word for word: its programs run against a real hub, only with that hub's port in place of 8080, and its table of
 * settings is the one in the code (`UPDATE_README=1 npx vitest run test/readme.test.ts` writes it).
 */
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { settings } from "../server/config.ts";
import { demoSources } from "../simulator/profiles.ts";
import { HubProcess } from "./chaos/hub-process.ts";
import { pictureNames } from "./e2e/pictures/take.ts";
import { program, readme } from "./support/readme.ts";

const root = join(import.meta.dirname, "..");
const file = join(root, "README.md");

const missing = (command: string): boolean => spawnSync(command, ["--version"]).error !== undefined;

describe("README's programs", () => {
  let folder: string;
  let hub: HubProcess;
  let url: string;
  const children: ChildProcess[] = [];
  const here = (text: string) => text.replaceAll("localhost:8080", new URL(url).host);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "hub-readme-"));
    hub = new HubProcess({ data: join(folder, "data") });
    url = await hub.url();
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });
  afterAll(async () => {
    await hub.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask<Answer>(path: string): Promise<Answer> {
    const answer = await fetch(new URL(`/api/v1/${path}`, url));
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }

  /** Runs a shell program line by line and gives what each command printed. */
  async function shell(text: string): Promise<string[]> {
    const commands = text.replaceAll("\\\n", " ").split("\n");
    const answers: string[] = [];
    for (const command of commands) {
      if (command.startsWith("curl")) answers.push((await promisify(execFile)("sh", ["-c", here(command)])).stdout);
    }
    return answers;
  }

  it.skipIf(missing("curl"))("[README] a sensor of one's own: needs curl; the first lines make a chart", async () => {
    const sensor = spawn("sh", ["-c", here(program("sh", "while sleep 1"))], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(sensor);
    const [, promised = ""] = /Each answer, `([^`]+)`/.exec(readme) ?? [];
    const twice = `${promised}\n${promised}\n`;
    let output = "";
    for await (const bytes of sensor.stdout) {
      output += bytes;
      if (output.length >= twice.length) break;
    }
    expect(output).toBe(twice);
    const { values } = await ask<{ values: number[] }>("readings?device=shed-1&metric=temperature");
    expect(values.length).toBeGreaterThanOrEqual(2);
    for (const value of values) expect(Math.abs(value - 20.5)).toBeLessThanOrEqual(0.5);
    // Where the page shows it.
    expect(readme).toContain("http://localhost:8080/#/device/shed-1");
  });

  it("[README] JavaScript: sends readings and is told that they are on disk", async () => {
    const script = join(folder, "device.mjs");
    writeFileSync(script, here(program("js", "new WebSocket")));
    // Node 20 has the WebSocket of browsers and of Node 22, behind a flag.
    const flag = "WebSocket" in globalThis ? [] : ["--experimental-websocket"];
    const device = spawn(process.execPath, [...flag, script], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(device);
    let output = "";
    for await (const bytes of device.stdout) {
      output += bytes;
      if (/"type":"ack".*"seq":2\b|"seq":2\b.*"type":"ack"/.test(output)) break;
    }
    expect(output).toContain('"type":"welcome"');
    const { values } = await ask<{ values: number[] }>("readings?device=oven-1&metric=temperature");
    expect(values.length).toBeGreaterThanOrEqual(2);
    for (const value of values) expect(Math.abs(value - 180)).toBeLessThanOrEqual(5);
  });

  it.skipIf(missing("python3"))("[README] Python: needs python3; posts a number and a boolean", async () => {
    const script = join(folder, "device.py");
    writeFileSync(script, here(program("python", "urllib")));
    const { stdout } = await promisify(execFile)("python3", [script]);
    expect(JSON.parse(stdout)).toMatchObject({ stored: 2, rejected: [] });
    const { latest } = await ask<{ latest: { metric: string; value: unknown }[] }>("latest?device=fridge-1");
    expect(Object.fromEntries(latest.map(({ metric, value }) => [metric, value]))).toEqual({
      temperature: 21.5,
      door: false,
    });
  });

  it.skipIf(missing("curl"))("[README] curl: needs curl; posts, and asks for the past", async () => {
    const [posted = ""] = await shell(program("sh", "tank-1"));
    expect(JSON.parse(posted)).toMatchObject({ stored: 2, rejected: [] });
    const answers = (await shell(program("sh", "aggregates=min,mean,max"))).map((text) => JSON.parse(text));
    const [devices, latest, recent, year, several, status, arrivals] = answers;
    expect(devices.devices.map(({ device }: { device: string }) => device)).toContain("tank-1");
    expect(latest.latest).toEqual(
      expect.arrayContaining([expect.objectContaining({ device: "tank-1", metric: "level", value: 0.79 })]),
    );
    expect(recent).toMatchObject({ device: "tank-1", metric: "level", values: [0.79] });
    expect(year).toMatchObject({ device: "tank-1", times: [1764000000000], values: [0.82] });
    expect(several).toMatchObject({ every: 3_600_000 });
    expect(several.series.length).toBeGreaterThan(0);
    for (const { mean, times } of several.series) expect(mean).toHaveLength(times.length);
    expect(status).toMatchObject({ protocol: 1, durability: "fsync" });
    expect(arrivals.senders).toEqual(
      expect.arrayContaining([expect.objectContaining({ way: "http", device: "tank-1", readings: 2 })]),
    );
    const [file = ""] = await shell(program("sh", "format=csv"));
    expect(file.split("\r\n").slice(0, 2)).toEqual([
      "time,device,metric,value",
      "2025-11-24T16:00:00.000Z,tank-1,level,0.82",
    ]);
    for (const path of ["openapi.json", "protocol.json", "metrics"]) {
      expect(readme).toContain(`/${path}`);
      expect((await fetch(new URL(`/${path}`, url))).status).toBe(200);
    }
  });
});

describe("README", () => {
  it("lists every setting as the code has it", () => {
    const cell = (text: string) => text.replaceAll("|", "\\|");
    const rows = settings.map(({ flag, argument, env, fallback, help }) => {
      const name = argument ? `${flag} ${argument}` : flag;
      return `| \`${name}\` | \`${env}\` | ${cell(fallback)} | ${cell(help)} |`;
    });
    const table = ["| flag | variable | default | meaning |", "|---|---|---|---|", ...rows].join("\n");
    const section = /(<!-- settings[^>]*-->\n)[\s\S]*?(<!-- \/settings -->)/;
    const written = readme.replace(section, `$1${table}\n$2`);
    // The formatter pads the cells; `biome check --write README.md` does so after a change.
    const plain = (text: string) => text.replaceAll(/ *\| */g, "|").replaceAll(/-{3,}/g, "---");
    if (plain(readme) !== plain(written) && process.env.UPDATE_README === "1") writeFileSync(file, written);
    else expect(plain(readme)).toBe(plain(written));
  });

  it("points at files that exist", () => {
    const links = readme.matchAll(/\]\(((?!https?:)[^)#]+)[^)]*\)/g);
    const pictures = readme.matchAll(/ (?:src|srcset)="([^"]+)"/g);
    const targets = [...links, ...pictures].map(([, target]) => target ?? "");
    expect(targets.length).toBeGreaterThan(4);
    expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([]);
  });

  it("leads to headings that exist", () => {
    const anchors = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor ?? "");
    const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, words = ""]) =>
      words.toLowerCase().replaceAll(" ", "-"),
    );
    expect(anchors.length).toBeGreaterThan(4);
    expect(anchors.filter((anchor) => !headings.includes(anchor))).toEqual([]);
  });

  it("shows the pictures that `npm run pictures` makes, each small, each in both themes; and the dashboard's those of its pages", () => {
    const shown = [...readme.matchAll(/ (?:src|srcset)="dashboard\/pictures\/([^"]+)"/g)].map(([, name]) => name);
    expect(shown.sort()).toEqual(pictureNames.hub.toSorted());
    const dashboard = readFileSync(join(root, "dashboard/README.md"), "utf8");
    const pages = [...dashboard.matchAll(/\]\(pictures\/([^)]+)\)/g)].map(([, name]) => name);
    expect(pages.sort()).toEqual(["overview-light.webp", ...pictureNames.dashboard].sort());
    for (const name of [...pictureNames.hub, ...pictureNames.dashboard]) {
      const picture = readFileSync(join(root, "dashboard/pictures", name));
      expect(picture.toString("latin1", 8, 12), name).toBe("WEBP");
      expect(picture.length, name).toBeLessThan(200_000);
    }
  });

  it("tells how many devices the demo has", () => {
    expect(readme).toContain(`${demoSources().length} simulated devices`);
  });

  it("gives a source for what it says of each other tool", () => {
    const [, table = ""] = /^## Beside other tools\n[\s\S]*?\n\n(\|[\s\S]*?)\n\n/m.exec(readme) ?? [];
    const [own = "", ...others] = table.split("\n").slice(2);
    expect(own).toContain("this hub");
    expect(others.length).toBeGreaterThan(4);
    expect(others.filter((row) => !row.includes("](https://"))).toEqual([]);
  });

  it("names npm scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
    const named = [...readme.matchAll(/npm (?:run )?([\w:]+)/g)].map(([, name]) => name ?? "");
    const own = new Set(named.filter((name) => name !== "install"));
    expect([...own].sort()).toEqual([
      "backup",
      "bench",
      "check",
      "dev",
      "fuzz",
      "import",
      "pictures",
      "restore",
      "simulate",
      "start",
      "test",
      "test:all",
      "test:mutants",
      "test:oracle",
    ]);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining([...own]));
  });
});
