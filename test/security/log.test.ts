/** What a hub writes down of those who mean it harm: one line each, nothing of secrets. In a process of its own, with its real log and data. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { WatchedHub } from "../fuzz/watched-hub.ts";
import { BareSocket, upgradeHead } from "./bare-socket.ts";

let hub: WatchedHub;
beforeAll(async () => {
  hub = await WatchedHub.start();
});
afterAll(() => hub.stop());

const api = (path: string, init: RequestInit = {}) => fetch(`${hub.url}/api/v1/${path}`, init);
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  api(path, { method: "POST", body: JSON.stringify(body), headers });

/** Sends texts by a socket of its own; resolves once the hub has read them or closed it. */
async function say(...texts: string[]): Promise<string[]> {
  const socket = new WebSocket(`${hub.url.replace("http", "ws")}/ws`);
  const heard: string[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.on("message", (data) => {
      heard.push(String(data));
      if (String(data).includes('"id":4711')) resolve();
    });
    socket.on("open", () => {
      for (const text of texts) socket.send(text);
      socket.send('{"type":"ping","id":4711,"time":0}');
    });
  });
  socket.terminate();
  return heard;
}

/** Everything below a folder, as bytes. */
function* filesIn(folder: string): Generator<[string, Buffer]> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) yield [entry.name, readFileSync(join(entry.parentPath, entry.name))];
}

/** Longest line that what strangers send may make. */
const longestLine = 2_000;
const forged = '{"level":30,"msg":"listening","url":"http://evil"}';
const nasty = [
  `a\r\n${forged}`,
  `\u001b[2J\u001b[31mred`,
  "\u202etxt.exe",
  "\u2028line",
  "x".repeat(5_000),
  '"}\n{"a":"',
  "%0d%0aforged",
];

describe("the log", () => {
  it("[S22] has one line of JSON for each thing that happened, whatever names, addresses and heads hold", async () => {
    for (const text of nasty) {
      await say(
        JSON.stringify({ type: "hello", device: text, session: text }),
        JSON.stringify({ type: "hello", device: "a", name: text, kind: text, session: text, labels: { [text]: text } }),
        JSON.stringify({ type: "reading", device: "a", metric: text, value: text }),
        text,
      );
      const shown = encodeURIComponent(text.toWellFormed());
      const latin = Buffer.from(text.replace(/[\r\n\0]/g, "\t")).toString("latin1");
      for (const head of [
        `GET /${shown} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${latin}\r\nConnection: close\r\n\r\n`,
        `GET / HTTP/1.1\r\nHost: ${latin}\r\nConnection: close\r\n\r\n`,
        upgradeHead(`Origin: http://${latin}`, `User-Agent: ${latin}`),
        upgradeHead(`Origin: ${latin}`),
      ]) {
        const bare = new BareSocket(hub.url);
        bare.socket.end(Buffer.from(head, "latin1"));
        await bare.closed;
      }
    }
    const lines = hub.log;
    expect(lines.some((line) => line.includes("socket refused"))).toBe(true);
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), msg: expect.any(String) });
      expect(line.length).toBeLessThan(longestLine);
      expect(line).not.toMatch(/\p{Cc}/u);
    }
    expect(lines.filter((line) => line.includes('"msg":"listening"'))).toEqual([]);
  });

  it("[S23] has no token, nor have the data, answers, figures or refusals, wherever and however it was sent", async () => {
    const made = await post("tokens", { kind: "program", role: "operator", name: "grep" });
    const { token } = (await made.json()) as { token: string };
    expect(token.length).toBeGreaterThan(20);
    const answers: string[] = [];
    const hear = async (answer: Response) => answers.push(await answer.text());
    for (const one of [token, `${token}x`]) {
      await hear(await api("devices", { headers: { Authorization: `Bearer ${one}` } }));
      await hear(await api("devices", { headers: { Authorization: one } }));
      await hear(await api(`devices?token=${one}`));
      await hear(
        await post("readings", { device: "t", token: one, readings: [{ metric: "m", value: null, token: one }] }),
      );
      answers.push(
        ...(await say(
          JSON.stringify({ type: "hello", device: "t", token: one, tokn: one }),
          `{"type":"hello","device":"t","token":"${one}",}`,
          JSON.stringify({ type: "hello", device: "t", token: one }),
          JSON.stringify({ type: "reading", device: "t", metric: "m", value: Date.now(), token: one }),
        )),
      );
    }
    for (const path of ["status", "arrivals", "devices", "tokens", "audit", "devices/t/refused"])
      await hear(await api(path));
    for (const path of ["metrics", "health", "ready", "openapi.json"]) await hear(await fetch(`${hub.url}/${path}`));
    // Let all of it come to the disk.
    await hear(await post("readings", { device: "t", readings: [{ metric: "m", value: 1 }] }));
    const wanted = [token, token.replaceAll("-", ""), token.toUpperCase()];
    const places: [string, string][] = [
      ["the log", hub.process.lines.join("\n")],
      ...answers.map((answer): [string, string] => [`an answer: ${answer.slice(0, 200)}`, answer]),
      ...[...filesIn(hub.folder)].map(([name, bytes]): [string, string] => [name, bytes.toString("latin1")]),
    ];
    expect(places.length).toBeGreaterThan(15);
    for (const [place, text] of places) for (const one of wanted) expect(text.includes(one), place).toBe(false);
  });
});
