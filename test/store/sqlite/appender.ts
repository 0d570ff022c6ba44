/** A process that appends until it is killed: prints `open COMMIT` once, then each commit once it was acknowledged. */
import { ColumnsBuilder } from "../../../server/store/columns.ts";
import { SqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import { appendedRows, appenderSeries } from "./appended.ts";

const [folder, workerUrl, verifier] = process.argv.slice(2) as [string, string, string?];
const verifierUrl = verifier ? new URL(verifier) : undefined;
const budgets = { chunkBytes: 200, journalBudgetBytes: 20_000, headsPerSlice: 1 };
const onFatal = (error: Error): never => {
  console.error(error);
  process.exit(1);
};
const urls = { workerUrl: new URL(workerUrl), verifierUrl };
const store = new SqliteStore({ folder, ...urls, minFreeBytes: 0, ...budgets }, { onFatal });
const state = await store.open();
console.log(`open ${state.commit}`);
const nothing = { refusals: [], devices: [], metrics: [] };
const newSeries = appenderSeries.map((series) => ({
  series,
  device: `d${series}`,
  metric: "m",
  type: "number" as const,
}));
for (let commit = state.commit + 1; ; commit++) {
  const builder = new ColumnsBuilder();
  for (const [series, timeMs, value] of appendedRows(commit)) builder.push(series, timeMs, value);
  const marks = [{ device: `d${(commit % 5) + 1}`, session: "s", seq: commit }];
  await store.append({ ...nothing, receivedMs: commit, newSeries, marks, columns: builder.take() });
  console.log(commit);
}
