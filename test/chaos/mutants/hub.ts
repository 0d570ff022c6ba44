/**
 * A hub with the mutation that its first argument names, or a sound one for `none`. The second is the path of the built hub, whose
 * threads it runs; the rest are the flags of the hub.
 */
import { pathToFileURL } from "node:url";
import { createApp } from "../../../server/app.ts";
import { isConfigError, parseConfig } from "../../../server/config.ts";
import { silentLog, systemClock } from "../../../server/ports.ts";
import { createSqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import { type Mutation, mutations } from "./mutations.ts";

const [name = "", builtHub = "", ...flags] = process.argv.slice(2);
const mutation: Mutation | undefined = name === "none" ? {} : mutations[name as keyof typeof mutations];
if (!mutation) throw new Error(`there is no mutation ${name}; there are: ${Object.keys(mutations).join(", ")}, none`);
const config = parseConfig(flags, process.env);
if (isConfigError(config)) throw new Error(config.message);

mutation.prepare?.();
const { data: folder, minFreeBytes, journalBudgetBytes, headBudgetBytes } = config;
const onFatal = (error: unknown): never => {
  console.error(error);
  process.exit(1);
};
const program = (file: string) => new URL(file, pathToFileURL(builtHub));
const urls = { workerUrl: program("store-worker.js"), verifierUrl: program("verifier.js") };
const store = createSqliteStore({ folder, minFreeBytes, journalBudgetBytes, headBudgetBytes, ...urls, onFatal });
const ports = { clock: systemClock, log: silentLog };
const app = await createApp(config, ports, { store: mutation.store?.(store) ?? store, onFatal });
process.on("SIGTERM", () => void app.stop().then(() => process.exit(0)));
console.log(JSON.stringify({ msg: "listening", url: app.url }));
