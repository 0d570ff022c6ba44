// Runs npm where `packages.mjs` decided that it must.
// @ts-check
import { spawn } from "node:child_process";
import { headersFolder, howToInstall, missingTools, osRelease } from "./compiler.mjs";
import { removeStamp, sqliteFault, writeStamp } from "./packages.mjs";

/** A refusal for a person: its message is all there is to print. */
export class SetupError extends Error {}

/**
 * @param {import("./packages.mjs").Decision} decision
 * @returns {string[]}
 */
export function npmArguments(decision) {
  const which = decision.dev ? "--include=dev" : "--omit=dev";
  // `npm ci` empties node_modules first; adding leaves the compiled SQLite where it is and saves its minute.
  const command = decision.do === "add" ? ["install", "--no-save"] : ["ci"];
  return [...command, which, "--no-audit", "--no-fund", "--no-progress", "--foreground-scripts"];
}

/**
 * @param {string} root
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} say
 * @returns {Promise<{code: number, output: string}>} the last of what npm printed, and its exit code
 */
function runNpm(root, args, env, say) {
  const [command, first] = env.npm_execpath?.endsWith(".js") ? [process.execPath, [env.npm_execpath]] : ["npm", []];
  return new Promise((resolve, reject) => {
    const npm = spawn(command, [...first, ...args], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let compiling = false;
    /** @param {Buffer} bytes */
    const forward = (bytes) => {
      const text = bytes.toString();
      if (!compiling && /gyp info it worked/.test(text)) {
        compiling = true;
        say("compiling SQLite, about a minute");
      }
      output = (output + text).slice(-20_000);
      process.stdout.write(text);
    };
    npm.stdout.on("data", forward);
    npm.stderr.on("data", forward);
    npm.on("error", reject);
    npm.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Words for an install that failed.
 * @param {string} output what npm printed
 * @param {readonly string[]} missing tools that the machine lacks
 * @param {string} installer how to get them
 */
export function whyFailed(output, missing, installer) {
  if (missing.length > 0 && /gyp|prebuild/.test(output)) {
    return `SQLite has to be compiled on this machine, which lacks ${missing.join(", ")}: install with ${installer}, then run the same command again.`;
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET/.test(output)) {
    return "The package registry could not be reached: the first start needs the network once, later ones do not.";
  }
  if (/ENOSPC/.test(output)) return "The disk is full: free about 500 MB, then run the same command again.";
  if (/EACCES|EPERM|EROFS/.test(output)) {
    return "npm was not allowed to write: run the command as the owner of this folder.";
  }
  return "npm could not install the packages; its own words stand above.";
}

/**
 * @param {string} root
 * @param {import("./packages.mjs").Decision} decision
 * @param {(line: string) => void} say
 */
export async function install(root, decision, say) {
  const missing = missingTools(process.env, process.platform);
  const installer = howToInstall(process.platform, osRelease());
  say(`installing packages: ${decision.why}`);
  if (missing.length > 0 && decision.do === "install") {
    say(`this machine lacks ${missing.join(", ")}; should SQLite have to be compiled, install with: ${installer}`);
  }
  const env = { ...process.env };
  env.npm_config_nodedir ??= headersFolder(process.execPath);
  removeStamp(root);
  const { code, output } = await runNpm(root, npmArguments(decision), env, say);
  if (code !== 0) throw new SetupError(whyFailed(output, missing, installer));
  const fault = sqliteFault(root);
  if (fault !== undefined) {
    throw new SetupError(
      `The packages are installed but SQLite does not load (${fault}): if npm is told to ignore install scripts, run: npm rebuild better-sqlite3 --ignore-scripts=false`,
    );
  }
  writeStamp(root, decision.dev);
}
