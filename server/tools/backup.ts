/**
 * `npm run backup -- FILE`: a copy of the data, read back before it bears its name. A hub that runs makes it itself, since only
 * its own connection can copy without beginning anew at each commit. Exit codes: 0 copied, 1 not, 2 a flag was wrong.
 */
import { request } from "node:http";
import { request as requestByTls } from "node:https";
import { extname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readToolToken } from "../hub/access/tool-token.ts";
import { isLoopbackHost } from "../loopback.ts";
import { type Backup, BackupError } from "../store/backups.ts";
import { backUpAtRest } from "../store/sqlite/backup-at-rest.ts";
import { StoreOpenError } from "../store/store.ts";
import { dataFolder, flagsOrExit, projectRoot, told } from "./command.ts";
import { runningHubs } from "./setup/processes.mjs";

const help = `npm run backup -- FILE [--data FOLDER] [--force]

Copies everything a hub holds into FILE, while it runs or not, and reads the copy back before it gets its name.
Every reading that was acknowledged before is in it. npm run restore puts it into an empty folder.

  --data FOLDER  the hub's data (HUB_DATA, default ./data)
  --force        replace FILE where that is an earlier copy
  --url URL      where the hub listens that uses the data; needed only where it was started from another folder than this
                 and not on port 8080`;

const { values, positionals } = flagsOrExit(help, 1, () =>
  parseArgs({
    allowPositionals: true,
    options: {
      data: { type: "string" },
      force: { type: "boolean", default: false },
      url: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  }),
);
const folder = dataFolder(values.data);
const order = { file: resolve(positionals[0] as string), force: values.force };
const verifier = extname(import.meta.filename) === ".js" ? new URL("./verifier.js", import.meta.url) : undefined;

try {
  const made = await backUpAtRest({ ...order, data: folder }, verifier).catch((error: unknown) => {
    if (error instanceof StoreOpenError && error.reason === "in_use") return askHubs();
    throw error;
  });
  console.log(`${told(made)}, copied and read back in ${(made.ms / 1_000).toFixed(1)} s: ${order.file}`);
} catch (error) {
  if (!(error instanceof BackupError || error instanceof StoreOpenError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** Asks the hubs of this machine for a copy until the one that has the data answers. */
async function askHubs(): Promise<Backup> {
  // The hub that uses the folder tells where it listens; its token goes there alone.
  const own = await readToolToken(folder);
  const answered = own && !values.url ? await ask(own.url, own.token) : undefined;
  if (answered) return answered;
  const known = runningHubs(projectRoot()).flatMap(({ url }) => url ?? []);
  const urls = values.url ? [values.url] : [...known, `http://127.0.0.1:${process.env.HUB_PORT || 8080}`];
  for (const url of new Set(urls)) {
    const made = await ask(url, url === own?.url ? own.token : undefined);
    if (made !== undefined) return made;
  }
  const where = `Its address is none of ${[...new Set(urls)].join(", ")}`;
  throw new BackupError("not_found", `A hub is using the data in ${folder}. ${where}: give it with --url.`);
}

/** Undefined where nobody answers, or a hub with other data. */
function ask(url: string, token: string | undefined): Promise<Backup | undefined> {
  const body = JSON.stringify({ ...order, data: folder });
  const headers = {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
  };
  return new Promise((done, fail) => {
    // Without a time limit: to read a large copy back takes minutes.
    const target = new URL("/api/v1/backup", url);
    // The certificate is for the name that others use, and nobody sits between this machine and itself.
    const here = isLoopbackHost(target.hostname.replace(/^\[|\]$/g, ""));
    const options = { method: "POST", headers, ...(here ? { rejectUnauthorized: false } : {}) };
    const ask = target.protocol === "https:" ? requestByTls : request;
    const asked = ask(target, options, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece) => {
        text += piece;
      });
      answer.on("end", () => {
        if (answer.statusCode === 404) return done(undefined);
        try {
          const said = JSON.parse(text) as Backup & { code: BackupError["code"]; message: string };
          if (answer.statusCode === 200) done(said);
          else fail(new BackupError(said.code, said.message));
        } catch {
          done(undefined);
        }
      });
      answer.on("error", () => fail(cut));
    });
    const cut = new BackupError("store_unavailable", `The hub at ${url} ended before the copy was whole.`);
    asked.on("error", ({ code }: NodeJS.ErrnoException) => (code === "ECONNRESET" ? fail(cut) : done(undefined)));
    asked.end(body);
  });
}
