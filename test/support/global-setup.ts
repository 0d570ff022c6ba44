import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "./browser.ts";

/** Once before all test files: a packaged Chromium is unpacked by one process, or two files would write it at the same time. */
export default async function setup(): Promise<() => void> {
  // For what the files of one process share: it outlasts each of them, and the process is ended without a word.
  const folder = mkdtempSync(join(tmpdir(), "hub-tests-"));
  process.env.HUB_TEST_FOLDER = folder;
  // Where there is none, the tests that need it say so.
  await findChromium().catch(() => {});
  return () => rmSync(folder, { recursive: true, force: true });
}
