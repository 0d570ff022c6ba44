/**
 * A process that owns a SQLite store and can be killed. Calls come as messages and are begun in their order; each is
 * answered by its number.
 */
import { setEnvironmentData } from "node:worker_threads";
import { ColumnsBuilder } from "../../../server/store/columns.ts";
import { SqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";
import { type Death, deathPointNames, type Plan, planCells, planKey } from "./deaths.ts";
import type { Reply, Request, Setup } from "./wire.ts";

const { folder, workerUrl, verifierUrl, notePath, budgets, death } = JSON.parse(process.argv[2] as string) as Setup;
const cells = new SharedArrayBuffer(planCells * Int32Array.BYTES_PER_ELEMENT);
setEnvironmentData(planKey, { cells, notePath } satisfies Plan);
if (death) arm(death);

const send = (reply: Reply) => void process.send?.(reply);
const events = {
  onFatal: (error: Error) => send({ complaint: `fatal: ${error.message}` }),
  onTrouble: (message: string) => send({ complaint: message }),
  onRestart: () => send({ complaint: "a worker was lost" }),
};
const urls = { workerUrl: new URL(workerUrl), verifierUrl: new URL(verifierUrl) };
const create = () => new SqliteStore({ folder, ...urls, minFreeBytes: 0, onCorrupt: "refuse", ...budgets }, events);
let store = create();
let thinCalls = 0;

const calls = {
  open: () => store.open(),
  close: () => store.close(),
  async reopen() {
    await store.close();
    store = create();
    return store.open();
  },
  append({ rows, ...batch }: Parameters<Request["calls"]["append"]>[0]) {
    const columns = new ColumnsBuilder();
    for (const row of rows) columns.push(...row);
    // The buffers belong to the store and are not worth their way back.
    return store.append({ ...batch, columns: columns.take() }).then(({ commit }) => commit);
  },
  rename: (series, metric) => store.names.rename(series, metric),
  removeAlias: (device, metric) => store.names.removeAlias(device, metric),
  beginMerge: (series, into) => store.merges.begin(series, into),
  stepMerge: (series) => store.merges.step(series),
  async thin(beforeMs: number) {
    const policies = [{ device: "*", metric: "*", ages: { raw: 1 } }];
    // Each order begins the walk anew: asked for each time, a slow machine would never get through one.
    if (thinCalls++ % 64 === 0) {
      await store.retention.setPolicies(policies);
      await store.retention.thinByAge(beforeMs + 1);
    }
    const [aged] = await store.retention.previewAges(policies, {}, beforeMs + 1);
    return aged?.readings ?? 0;
  },
  thinNoMore: () => {
    thinCalls = 0;
    return store.retention.setPolicies([]);
  },
  findMerge: (series) => store.merges.find(series),
  listQuarantine: (device, before, limit) => store.quarantine.list(device, before, limit),
  addMask: (mask) => store.addMask(mask),
  removeMask: (id) => store.removeMask(id),
  deleteReadings: (ranges) => store.deleteReadings(ranges),
  deleteDevice: (device) => store.deleteDevice(device),
  appendPresence: (changes, atMs) => store.appendPresence(changes, atMs),
  readPresence: (device) => store.readPresence(device),
  sealAll: () => store.sealAll(),
  stats: () => store.stats(),
  lastSeq: (device, session) => store.lastSeq(device, session),
  refusals: (device) => store.refusals(device),
  seriesState: (numbers) => store.seriesState(numbers),
  latest: (numbers) => store.latest(numbers),
  readRaw: (range, limit) => store.readRaw(range, limit),
  readChanges: (range, limit, silenceMs) => store.readChanges(range, limit, silenceMs),
  timeBefore: (series, beforeMs) => store.timeBefore(series, beforeMs),
  readBuckets: (range, cuts, limit) => store.readBuckets(range, cuts, limit),
  arm: (next) => Promise.resolve(arm(next)),
} satisfies Request["calls"];

function arm({ point, nth, after }: Death): void {
  const plan = new Int32Array(cells);
  Atomics.store(plan, 1, deathPointNames.indexOf(point));
  Atomics.store(plan, 2, after ? 1 : 0);
  Atomics.store(plan, 0, nth);
}

process.on("message", ({ id, name, values }: Request["message"]) => {
  const call = calls[name] as (...values: unknown[]) => Promise<unknown>;
  call(...values).then(
    (value) => send({ id, value }),
    (error: Error) => send({ id, error: `${error.name}: ${error.message}` }),
  );
});
// The oracle is gone: nobody would end this process any more.
process.on("disconnect", () => process.exit());
send({ started: true });
