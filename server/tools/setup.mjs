// What npm runs before a script: makes the folder ready, then the script itself needs no care.
// `node server/tools/setup.mjs start|test|check|dev|build|simulate|import`
//
// This file and node-version.mjs keep to syntax that an old Node can read, because they are what tells its owner.
// @ts-check
import { nodeTooOld } from "./setup/node-version.mjs";

const refusal = nodeTooOld(process.versions.node);
if (refusal) {
  console.error(refusal);
  process.exit(1);
}
import("./setup/run.mjs").then(
  (setup) => setup.run(process.argv[2]),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
