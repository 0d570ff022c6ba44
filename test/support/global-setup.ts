import { findChromium } from "./browser.ts";

/** Once before all test files: a packaged Chromium is unpacked by one process, or two files would write it at the same time. */
export default async function setup(): Promise<void> {
  // Where there is none, the tests that need it say so.
  await findChromium().catch(() => {});
}
