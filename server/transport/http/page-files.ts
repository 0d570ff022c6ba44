/**
 * The files of the page, as they were when the hub started: read once and kept, a megabyte or two. What is served depends on no
 * file being there still, so that an update of the files under a running hub breaks no page that is open, and a request can
 * fail in no stream.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, relative, sep } from "node:path";

interface PageFile {
  readonly type: string;
  readonly cacheControl: string;
  readonly etag: string;
  readonly plain: Buffer;
  /** Made beside the file when the page was built; undefined where there is none. */
  readonly br: Buffer | undefined;
  readonly gzip: Buffer | undefined;
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

/** What lies in `assets` bears its content in its name; all else may be another one tomorrow. */
const forEver = "public, max-age=31536000, immutable";

/** Answers GET and HEAD of the files in `folder`; calls `missing` where there is no such file. Throws where it cannot be read. */
export function pageFiles(folder: string) {
  const files = readFiles(folder);
  return (request: IncomingMessage, response: ServerResponse, missing: () => void): void => {
    const file = files.get(pathOf(request));
    if (!file) {
      missing();
      return;
    }
    response.setHeader("Vary", "Accept-Encoding");
    response.setHeader("Cache-Control", file.cacheControl);
    const [encoding, body] = encodedFor(request, file);
    const etag = `"${file.etag}${encoding && `-${encoding}`}"`;
    response.setHeader("ETag", etag);
    if (isKnown(request, etag)) {
      response.writeHead(304).end();
      return;
    }
    response.setHeader("Content-Type", file.type);
    if (encoding) response.setHeader("Content-Encoding", encoding);
    response.setHeader("Content-Length", body.length);
    response.writeHead(200);
    response.end(request.method === "HEAD" ? undefined : body);
  };
}

function readFiles(folder: string): Map<string, PageFile> {
  const contents = new Map<string, Buffer>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) contents.set(`/${relative(folder, path).split(sep).join("/")}`, readFileSync(path));
  }
  const files = new Map<string, PageFile>();
  for (const [path, plain] of contents) {
    if (path.endsWith(".br") || path.endsWith(".gz") || path.includes("/.")) continue;
    files.set(path, {
      type: types[extname(path)] ?? "application/octet-stream",
      cacheControl: path.startsWith("/assets/") ? forEver : "no-cache",
      etag: createHash("sha256").update(plain).digest("base64url").slice(0, 22),
      plain,
      br: contents.get(`${path}.br`),
      gzip: contents.get(`${path}.gz`),
    });
  }
  const index = files.get("/index.html");
  if (index) files.set("/", index);
  return files;
}

function pathOf({ url = "/" }: IncomingMessage): string {
  return url.split("?", 1)[0] ?? url;
}

/** The smallest form that the asker takes, and its name; none for the plain one. */
function encodedFor({ headers }: IncomingMessage, file: PageFile): [encoding: "" | "br" | "gzip", body: Buffer] {
  const taken = String(headers["accept-encoding"] ?? "")
    .toLowerCase()
    .split(",")
    // By hand: a pattern with blanks around the semicolon takes a time that grows with the square of the blanks.
    .map((each) => each.split(";").map((part) => part.trim()))
    .filter(([, weight = "q=1"]) => !/^q=0(\.0*)?$/.test(weight))
    .map(([name]) => name);
  if (file.br && taken.includes("br")) return ["br", file.br];
  if (file.gzip && taken.includes("gzip")) return ["gzip", file.gzip];
  return ["", file.plain];
}

/** True where the asker has it still. A proxy may have marked its copy as weak. */
function isKnown({ headers }: IncomingMessage, etag: string): boolean {
  const known = String(headers["if-none-match"] ?? "").split(",");
  return known.some((each) => ["*", etag].includes(each.trim().replace(/^W\//, "")));
}
