/** The files of the page, over a real socket: whatever a stranger asks for, the hub lives, and a file that went is served still. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pageFiles } from "../../server/transport/http/page-files.ts";

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

const script = "console.log('the page');\n".repeat(50);

describe("the files of the page", () => {
  let folder: string;
  let server: Server;

  /** As it is written: no client mends the path on its way. */
  function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
    const { port } = server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const asking = request({ port, host: "127.0.0.1", path, headers, method }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }),
        );
      });
      asking.on("error", reject);
      asking.end();
    });
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "hub-page-files-"));
    mkdirSync(join(folder, "assets"));
    writeFileSync(join(folder, "index.html"), "<!doctype html>");
    writeFileSync(join(folder, ".secret"), "hidden");
    writeFileSync(join(folder, "assets/app-1.js"), script);
    writeFileSync(join(folder, "assets/app-1.js.br"), brotliCompressSync(script));
    writeFileSync(join(folder, "assets/app-1.js.gz"), gzipSync(script));
    const pages = pageFiles(folder);
    server = createServer((asked, response) => pages(asked, response, () => response.writeHead(404).end()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(["bytes=5-2", "bytes=0-0", "bytes=99999-", "bytes=-1", "lines=1-2", "bytes=a-b,c"])(
    "answers whole where a part is asked for, whatever part: %s",
    async (range) => {
      const { status, body } = await ask("/", { range });
      expect([status, String(body)]).toEqual([200, "<!doctype html>"]);
    },
  );

  it("serves what it began with, though the files were replaced under it", async () => {
    rmSync(folder, { recursive: true });
    const { status, body } = await ask("/assets/app-1.js");
    expect([status, String(body)]).toEqual([200, script]);
  });

  it("sends the smallest form that the asker takes, and says which", async () => {
    const forms = await Promise.all(
      ["gzip, deflate, br", "gzip;q=1.0, *;q=0.5", "br;q=0, gzip", "GZIP", "br;q=0.000", "identity", ""].map(
        (encoding) => ask("/assets/app-1.js?v=1", { "accept-encoding": encoding }),
      ),
    );
    expect(forms.map(({ headers }) => headers["content-encoding"] ?? "plain")).toEqual([
      ...["br", "gzip", "gzip", "gzip", "plain", "plain", "plain"],
    ]);
    expect(new Set(forms.map(({ headers }) => headers.etag)).size).toBe(3);
    for (const { headers, body } of forms) {
      expect(headers.vary).toBe("Accept-Encoding");
      expect(headers["content-length"]).toBe(String(body.length));
    }
  });

  it("says 304 to who has it, also by way of a proxy, and the head alone to who asks for that", async () => {
    const { headers } = await ask("/");
    const etag = String(headers.etag);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const { status, body } = await ask("/", { "if-none-match": known });
      expect([status, body.length], known).toEqual([304, 0]);
    }
    expect((await ask("/", { "if-none-match": '"other"' })).status).toBe(200);
    const head = await ask("/", {}, "HEAD");
    expect([head.status, head.body.length, head.headers["content-length"]]).toEqual([200, 0, "15"]);
  });

  it("lets what bears its content in its name be kept for ever, and nothing else", async () => {
    expect((await ask("/assets/app-1.js")).headers["cache-control"]).toContain("immutable");
    expect((await ask("/index.html")).headers["cache-control"]).toBe("no-cache");
  });

  it.each([
    "/.secret",
    "/../package.json",
    "/%2e%2e/package.json",
    "//index.html",
    "/assets",
    "/assets/app-1.js.br",
    "*",
  ])("has nothing at %s", async (path) => {
    expect((await ask(path)).status).toBe(404);
  });
});
