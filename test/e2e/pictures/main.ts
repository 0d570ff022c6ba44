/** `npm run pictures`: takes the pictures in README and dashboard/README.md anew. */
import { mkdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { takesNoFlags } from "../../support/no-flags.ts";
import { pictureNames, takePictures } from "./take.ts";

takesNoFlags(
  "Usage: npm run pictures\n\nTakes the pictures in README.md and dashboard/README.md anew, from a demo that it runs for it.",
);

const root = join(import.meta.dirname, "../../..");
const folder = join(root, "dashboard/pictures");
mkdirSync(folder, { recursive: true });
await takePictures(folder);
for (const name of [...pictureNames.hub, ...pictureNames.dashboard]) {
  const path = join(folder, name);
  console.log(`${relative(root, path)}: ${Math.round(statSync(path).size / 1_000)} kB`);
}
