/** Paths that lead out of where they should: of the page's files, and of copies. */
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, createApp } from "../../server/app.ts";
import { makeConfig } from "../../server/config.ts";
import { silentLog, systemClock } from "../../server/ports.ts";
import { builtStoreWorker, builtVerifier } from "../support/built.ts";
import { BareSocket } from "./bare-socket.ts";

let app: App;
let folder: string;
const secret = "what no page may show";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hub-paths-"));
  const page = join(folder, "page");
  mkdirSync(join(page, "assets"), { recursive: true });
  mkdirSync(join(page, ".git"));
  writeFileSync(join(page, "index.html"), "<p>the page</p>");
  writeFileSync(join(page, ".git", "config"), secret);
  writeFileSync(join(folder, "secret.txt"), secret);
  symlinkSync(join(folder, "secret.txt"), join(page, "assets", "link.txt"));
  symlinkSync(folder, join(page, "assets", "out"));
  app = await createApp(
    makeConfig({ port: 0, data: join(folder, "data"), minFreeBytes: 0 }),
    { clock: systemClock, log: silentLog },
    {
      ...{ dashboardFolder: page, storeWorkerUrl: builtStoreWorker(), storeVerifierUrl: builtVerifier() },
      onFatal: (error) => {
        throw error;
      },
    },
  );
});
afterAll(async () => {
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The answer to a path as it stands: `fetch` would tidy it up. */
async function get(path: string): Promise<string> {
  const bare = new BareSocket(app.url);
  bare.socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  return String(await bare.closed);
}

describe("a path", () => {
  it("[S31] shows the page's files alone, however it is written", async () => {
    expect(await get("/index.html")).toContain("the page");
    const ways = [
      "../",
      "..%2f",
      "%2e%2e/",
      "%2e%2e%2f",
      "..%5c",
      "..\\",
      "....//",
      "%252e%252e%252f",
      "..%c0%af",
      "..;/",
      "./../",
    ];
    const starts = ["/", "/assets/", "/assets/../", "//", "/%2f", "/\\"];
    for (const start of starts)
      for (const way of ways)
        for (const file of ["secret.txt", "data/hub.db", "etc/passwd"]) {
          const path = `${start}${way.repeat(3)}${file}`;
          for (const one of [path, `${start}${way}${file}`, `${path}%00.html`, `${path}?x`]) {
            const answer = await get(one);
            expect(answer.split(" ")[1], one).toMatch(/^4\d\d$/);
            expect(answer, one).not.toMatch(new RegExp(`${secret}|root:|SQLite format`));
          }
        }
    for (const path of [
      "/assets/link.txt",
      "/assets/out/secret.txt",
      "/.git/config",
      "/assets/",
      "/assets",
      "/data/hub.db",
    ]) {
      const answer = await get(path);
      expect(answer.split(" ")[1], path).toBe("404");
      expect(answer, path).not.toContain(secret);
    }
  });

  it("[S31] of a copy has to be a whole one, overwrites nothing unasked, and what is copied is its owner's alone", async () => {
    const copy = (file: unknown, headers: Record<string, string> = {}) =>
      fetch(`${app.url}/api/v1/backup`, { method: "POST", body: JSON.stringify({ file }), headers });
    for (const file of ["../x.db", "x.db", "", "./x.db", `${folder}/a\0b.db`, 7, ["/tmp/x"], { toString: 1 }]) {
      const answer = await copy(file);
      expect(answer.status, JSON.stringify(file)).toBe(400);
    }
    // Somebody else's machine, or a page of it, writes nothing here.
    expect((await copy(join(folder, "far.db"), { "X-Forwarded-For": "10.0.0.1" })).status).toBe(401);
    expect((await copy(join(folder, "far.db"), { Origin: "https://evil.example" })).status).toBe(403);
    expect((await copy(join(folder, "secret.txt"))).status).toBe(409);
    const good = join(folder, "copy.db");
    const made = await copy(good);
    expect(made.status, await made.text()).toBe(200);
    expect(statSync(good).mode & 0o777).toBe(0o600);
  });
});
