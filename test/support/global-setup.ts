import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startablePackaged } from "./browser.ts";

/** Once before all test files: a packaged Chromium is unpacked by one process, or two files would write it at the same time. */
export default async function setup(): Promise<() => void> {
  // For what the files of one process share: it outlasts each of them, and the process is ended without a word.
  const folder = mkdtempSync(join(tmpdir(), "hub-tests-"));
  process.env.HUB_TEST_FOLDER = folder;
  // A browser of one's own is asked for by its variable; where there is none at all, the tests that need it say so.
  const packaged = process.env.CHROMIUM ? undefined : await startablePackaged().catch(() => undefined);
  if (packaged !== undefined) process.env.CHROMIUM = packaged;
  return () => rmSync(folder, { recursive: true, force: true });
}
