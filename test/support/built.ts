/** What `npm test` has built: a program that is translated at each start takes five times as long for it. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { currentBuild, fingerprint } from "../../server/tools/setup/build.mjs";

const root = join(import.meta.dirname, "../..");

/** Whether `dist/` is of the present sources. Not so where a test is run by itself after a change: then the sources run. */
const isCurrent = currentBuild(root) === fingerprint(root);

/** A file or folder of the build, such as `dashboard`; undefined where the build is of other sources. */
export function built(path: string): string | undefined {
  return isCurrent ? join(root, "dist", path) : undefined;
}

/** The worker of the SQLite store, as the store's options take it. */
export function builtStoreWorker(): URL | undefined {
  const path = built("server/store-worker.js");
  return path === undefined ? undefined : pathToFileURL(path);
}

/** The program that looks through a database in a process of its own, as the store's options take it. */
export function builtVerifier(): URL | undefined {
  const path = built("server/verifier.js");
  return path === undefined ? undefined : pathToFileURL(path);
}

/** The worker that writes Parquet, as `createApp` takes it. */
export function builtParquetWorker(): URL | undefined {
  const path = built("server/parquet-worker.js");
  return path === undefined ? undefined : pathToFileURL(path);
}

/** Of each program the file of its sources. */
const sources = {
  "server/main": "server/main",
  "server/import": "server/tools/import/main",
  "simulator/main": "simulator/main",
  "simulator/load-dashboards": "simulator/load/dashboards",
} as const;

/** Arguments by which Node runs a program, such as `simulator/main`. */
export function programArgs(program: keyof typeof sources): string[] {
  const path = built(`${program}.js`);
  if (path !== undefined) return [path];
  return ["--import", import.meta.resolve("tsx"), join(root, `${sources[program]}.ts`)];
}
