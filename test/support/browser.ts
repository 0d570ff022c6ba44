/** A real Chromium without a manual step: `$CHROMIUM`, one on PATH, or the one that comes inside a package (Linux x64). */
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Browser } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** Flags of the packaged build that would make another browser of it. */
const refusedFlags = new Set(["--single-process", "--disable-web-security", "--allow-running-insecure-content"]);

/** The package holds a program for this system alone. */
const hasPackage = process.platform === "linux" && process.arch === "x64";

/** Where people who use a Mac have it. */
const macPath = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

export interface FoundBrowser {
  readonly path: string;
  /** Flags that this build needs beside the usual ones. */
  readonly flags: readonly string[];
}

/**
 * The browser that tests and measurements drive. Throws, saying what to install, where there is none. A whole run of the tests
 * names the packaged one in `$CHROMIUM` (global-setup.ts): it is made to run without a window, and a page costs half the CPU.
 */
export async function findChromium(env: NodeJS.ProcessEnv = process.env): Promise<FoundBrowser> {
  if (env.CHROMIUM) {
    if (!existsSync(env.CHROMIUM)) throw new Error(`CHROMIUM names ${env.CHROMIUM}, and there is no such file.`);
    return { path: env.CHROMIUM, flags: [] };
  }
  const onPath = (env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const installed = [...onPath, macPath].find((path) => existsSync(path));
  if (installed) return { path: installed, flags: [] };
  if (hasPackage) return packagedChromium();
  throw new Error("No Chromium was found: install Chrome or Chromium, or name its program in the variable CHROMIUM.");
}

/** The packaged browser where it is there and starts; unpacks it the first time. */
export async function startablePackaged(): Promise<string | undefined> {
  if (!hasPackage) return undefined;
  const { path } = await packagedChromium();
  return spawnSync(path, ["--version"], { timeout: 60_000 }).status === 0 ? path : undefined;
}

async function packagedChromium(): Promise<FoundBrowser> {
  // The libraries that a bare system lacks (NSS) are in the package, which unpacks them only in the cloud that it was made for.
  process.env.AWS_EXECUTION_ENV ??= "AWS_Lambda_nodejs20.x";
  const { default: packaged } = await import("@sparticuz/chromium");
  const path = await packaged.executablePath();
  // Its font settings name /tmp/fonts whatever TMPDIR is, and a page without any font crashes.
  const folders = [join(tmpdir(), "fonts"), "/usr/share/fonts", "/usr/local/share/fonts"];
  const settings = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${folders
    .map((folder) => `<dir>${folder}</dir>`)
    .join("")}<cachedir>${join(tmpdir(), "fonts-cache")}</cachedir></fontconfig>`;
  process.env.FONTCONFIG_FILE = join(tmpdir(), "hub-test-fonts.conf");
  writeFileSync(process.env.FONTCONFIG_FILE, settings);
  // Its own flags turn off the sandbox, the GPU and the zygote, which minimal containers lack;
  // none may turn off what the tests of origins rely on.
  return { path, flags: packaged.args.filter((flag) => !refusedFlags.has(flag)) };
}

/** Starts it, with flags of one's own. One a test file is enough: contexts are as good as new browsers. */
export async function launchChromium(more: readonly string[] = []): Promise<Browser> {
  const { path, flags } = await findChromium();
  // Here and not at the top: the search alone, which every run of tests begins with, does not need it.
  const { chromium } = await import("playwright-core");
  // As root (containers, CI) Chromium refuses its sandbox; the pages under test are our own.
  return chromium.launch({
    executablePath: path,
    args: ["--no-sandbox", "--disable-dev-shm-usage", ...flags, ...more],
  });
}

let shared: Browser | undefined;

/**
 * One browser for all test files that take turns in this process, and it ends with it: contexts are as good as new browsers,
 * and a start takes more than a second of a core. Who asks for it closes contexts, never the browser.
 */
export async function sharedChromium(): Promise<Browser> {
  if (!shared?.isConnected()) shared = await launchChromium();
  return shared;
}
