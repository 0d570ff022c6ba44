/** The command that takes README's pictures: it still finds in the demo what it shows. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sampleOf } from "../support/amount.ts";
import { printedSeed } from "../support/seed.ts";
import { pictureNames, takePictures, viewNames } from "./pictures/take.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hub-pictures-test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Twice the time that it gives the demo to fill, on a machine that is slow.
const wanted = sampleOf(viewNames, 3, printedSeed("pictures"));
it(`\`npm run pictures\` takes each of them from a demo, both themes apart: ${wanted.join(", ")}`, {
  timeout: 600_000,
}, async () => {
  await takePictures(folder, wanted);
  const names = [...pictureNames.hub, ...pictureNames.dashboard].filter((name) =>
    wanted.includes(name.replace(/-(?:light|dark)\.webp$/, "")),
  );
  expect(readdirSync(folder).sort()).toEqual(names.toSorted());
  const pictures = new Set(names.map((name) => readFileSync(join(folder, name), "latin1")));
  expect(pictures.size).toBe(names.length);
  // A page without its charts is a tenth of that.
  for (const picture of pictures) expect(picture.length).toBeGreaterThan(40_000);
});
