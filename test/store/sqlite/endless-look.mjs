// Stands for a look through a table that takes for ever: `node endless-look.mjs DATABASE …`. Of signals SIGKILL alone ends it.
import { renameSync, writeFileSync } from "node:fs";

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
const hub = process.ppid;
const said = `${process.argv[2]}.looking`;
writeFileSync(`${said}.new`, String(process.pid));
renameSync(`${said}.new`, said);
// A test that is killed leaves it behind no longer than this.
setInterval(() => process.ppid === hub || process.exit(), 1_000);
