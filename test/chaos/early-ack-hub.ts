/**
 * The mutant that the kill test must catch: a hub whose store answers an append before the commit. All else is the real
 * hub; if readings that it acknowledged are never missed, the test could not see a loss at all.
 */
import { createApp } from "../../server/app.ts";
import { type Config, isConfigError, parseConfig } from "../../server/config.ts";
import { silentLog, systemClock } from "../../server/ports.ts";
import { createSqliteStore } from "../../server/store/sqlite/sqlite-store.ts";
import type { Batch, Commit, TelemetryStore } from "../../server/store/store.ts";

/** How long the commit lags behind its answer, ms. */
const lagMs = 30;

function answerEarly(store: TelemetryStore): TelemetryStore {
  let commit = 0;
  let committed: Promise<unknown> = Promise.resolve();
  const append = async (batch: Batch): Promise<Commit> => {
    const { columns } = batch;
    const kept = {
      ...columns,
      series: columns.series.slice(),
      times: columns.times.slice(),
      values: columns.values.slice(),
    };
    committed = committed
      .then(() => new Promise((resolve) => setTimeout(resolve, lagMs)))
      .then(() => store.append({ ...batch, columns: kept }));
    commit += 1;
    return { commit, columns, commitMs: 0 };
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === "append") return append;
      const member = Reflect.get(target, name) as unknown;
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

const config = parseConfig(process.argv.slice(2), process.env) as Config;
if (isConfigError(config)) throw new Error("the mutant was started with settings that the hub refuses");
const onFatal = (error: unknown): never => {
  console.error(error);
  process.exit(1);
};
const store = answerEarly(createSqliteStore({ ...config, folder: config.data, onFatal }));
const app = await createApp(config, { clock: systemClock, log: silentLog }, { store, onFatal });
console.log(JSON.stringify({ msg: "listening", url: app.url }));
