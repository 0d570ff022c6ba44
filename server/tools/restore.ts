/** `npm run restore -- FILE`: makes the data of a hub from a copy. Exit codes: 0 restored, 1 not, 2 a flag was wrong. */
import { extname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { restore } from "../store/sqlite/restore.ts";
import { verifyAside } from "../store/sqlite/verify.ts";
import { StoreOpenError } from "../store/store.ts";
import { dataFolder, flagsOrExit, told } from "./command.ts";

const help = `npm run restore -- FILE [--data FOLDER]

Puts a copy that npm run backup made into a folder where no hub has data yet, and reads it back there.
A damaged copy, and one of a newer hub, is refused, and nothing is left behind. FILE stays as it is.

  --data FOLDER  where the hub will find it (HUB_DATA, default ./data)`;

const { values, positionals } = flagsOrExit(help, 1, () =>
  parseArgs({
    allowPositionals: true,
    options: { data: { type: "string" }, help: { type: "boolean", short: "h", default: false } },
  }),
);
const folder = dataFolder(values.data);
const verifier = extname(import.meta.filename) === ".js" ? new URL("./verifier.js", import.meta.url) : undefined;

try {
  const begunMs = performance.now();
  const made = await restore(resolve(positionals[0] as string), folder, (path) => verifyAside(verifier, path));
  const seconds = ((performance.now() - begunMs) / 1_000).toFixed(1);
  console.log(`${told(made)}, restored and read back in ${seconds} s: npm start -- --data ${folder}`);
} catch (error) {
  if (!(error instanceof StoreOpenError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
