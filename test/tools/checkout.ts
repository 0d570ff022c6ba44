/**
 * A small checkout in a folder of its own, on which the real set-up script and the real npm run without a network: its packages are
 * archives made here. `better-sqlite3` in it hands on the one of this repository, so that the check that SQLite loads is real.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = import.meta.dirname;

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Checkout {
  readonly root = mkdtempSync(join(tmpdir(), "hub-checkout-"));
  readonly #env: NodeJS.ProcessEnv;

  private constructor() {
    // What npm and vitest hand down would change how the inner npm works.
    const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_ENV|VITEST)/i.test(name));
    this.#env = { ...Object.fromEntries(own), npm_config_offline: "true", npm_config_cache: join(this.root, ".npm") };
  }

  static async create(): Promise<Checkout> {
    const checkout = new Checkout();
    cpSync(join(here, "../../server/tools"), join(checkout.root, "server/tools"), { recursive: true });
    const sqlite = createRequire(import.meta.url).resolve("better-sqlite3");
    await checkout.pack("better-sqlite3", "1.0.0", `module.exports = require(${JSON.stringify(sqlite)});`);
    await checkout.pack("for-tests", "1.0.0", "");
    await checkout.lock({ "better-sqlite3": "1.0.0" }, { "for-tests": "1.0.0" });
    return checkout;
  }

  /** The same checkout in another folder. */
  copy(): Checkout {
    const copy = new Checkout();
    cpSync(this.root, copy.root, { recursive: true });
    return copy;
  }

  /** The version of a package that lies in node_modules. */
  versionOf(name: string): string {
    return JSON.parse(readFileSync(join(this.root, "node_modules", name, "package.json"), "utf8")).version;
  }

  /** Makes an archive of a package with one file. */
  async pack(name: string, version: string, code: string): Promise<void> {
    const folder = join(this.root, "packages", `${name}-source`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version, main: "index.js" }));
    writeFileSync(join(folder, "index.js"), code);
    await run("npm", ["pack", "--silent", "--pack-destination", ".."], { cwd: folder, env: this.#env });
  }

  /** Writes package.json and package-lock.json. */
  async lock(dependencies: Record<string, string>, devDependencies: Record<string, string>): Promise<void> {
    const files = (wanted: Record<string, string>) =>
      Object.fromEntries(
        Object.entries(wanted).map(([name, version]) => [name, `file:packages/${name}-${version}.tgz`]),
      );
    const manifest = {
      name: "checkout",
      version: "1.0.0",
      private: true,
      dependencies: files(dependencies),
      devDependencies: files(devDependencies),
    };
    writeFileSync(join(this.root, "package.json"), JSON.stringify(manifest));
    rmSync(join(this.root, "package-lock.json"), { force: true });
    await run("npm", ["install", "--package-lock-only"], { cwd: this.root, env: this.#env });
  }

  /** Runs the set-up script and waits for its end. */
  async setUp(script: string, env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const child = spawn(process.execPath, ["server/tools/setup.mjs", script], {
      cwd: this.root,
      env: { ...this.#env, ...env },
    });
    return outcomeOf(child);
  }

  has(path: string): boolean {
    try {
      readFileSync(join(this.root, path));
      return true;
    } catch {
      return false;
    }
  }

  /** Starts a process that holds the folder as a running hub does; resolves once it does. */
  async startHolder(): Promise<ChildProcess> {
    const script = join(this.root, "holder.mjs");
    writeFileSync(
      script,
      `import { holdRunning } from "./server/tools/setup/processes.mjs";
       holdRunning(${JSON.stringify(this.root)}).listening("http://localhost:8080");
       console.log("held");
       setInterval(() => {}, 60_000);`,
    );
    const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    return child;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Collects what a process prints until it ends. */
export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (bytes) => {
    stdout += bytes;
  });
  child.stderr?.on("data", (bytes) => {
    stderr += bytes;
  });
  const [code] = await once(child, "close");
  return { code: code ?? -1, stdout, stderr };
}
