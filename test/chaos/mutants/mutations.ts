/** Hubs that break the promise, each in one way. All else is the real hub: every change is made from outside. */

import { SequenceSpace } from "../../../server/hub/ingest/sequence.ts";
import { LiveSets } from "../../../server/hub/live/live-sets.ts";
import type { Columns } from "../../../server/store/columns.ts";
import { type Batch, type Commit, StoreError, type TelemetryStore } from "../../../server/store/store.ts";

/** How long the disk lags behind what was said of it, ms. */
const lagMs = 30;

export interface Mutation {
  /** Changes what the hub is made of before it is made. */
  readonly prepare?: () => void;
  /** Changes the store it is given. */
  readonly store?: (store: TelemetryStore) => TelemetryStore;
}

export const mutations = {
  /** The store answers an append before the commit. */
  "early-ack": { store: (store) => withAppend(store, answerEarly(store)) },
  /** A frame that was decided before is taken as a new one. */
  "no-uniqueness": { prepare: forgetNumbers },
  /** Viewers are sent a batch before its commit; the acknowledgement comes after it. */
  "early-push": pushEarly(),
  /** A full disk is answered as if the batch were on it. */
  "swallowed-full": { store: (store) => withAppend(store, swallowFull(store)) },
} as const satisfies Record<string, Mutation>;

type Append = TelemetryStore["append"];

function withAppend(store: TelemetryStore, append: Append): TelemetryStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === "append") return append;
      const member = Reflect.get(target, name) as unknown;
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** Columns whose buffers may be given away while the first ones are still read. */
function copyOf({ series, times, values, ...rest }: Columns): Columns {
  return { ...rest, series: series.slice(), times: times.slice(), values: values.slice() };
}

const lag = (): Promise<void> => new Promise((done) => void setTimeout(done, lagMs));

function answerEarly(store: TelemetryStore): Append {
  let commit = 0;
  let committed: Promise<unknown> = Promise.resolve();
  return async (batch) => {
    const columns = copyOf(batch.columns);
    committed = committed.then(lag).then(() => store.append({ ...batch, columns }));
    commit += 1;
    return { commit, columns: batch.columns, commitMs: 0 };
  };
}

function forgetNumbers(): void {
  const { judge } = SequenceSpace.prototype;
  SequenceSpace.prototype.judge = function (seq) {
    const verdict = judge.call(this, seq);
    return verdict === "decided" ? "fresh" : verdict;
  };
}

function pushEarly(): Mutation {
  let live: LiveSets | undefined;
  const { committed } = LiveSets.prototype;
  const append = async (store: TelemetryStore, batch: Batch): Promise<Commit> => {
    const columns = copyOf(batch.columns);
    if (live) committed.call(live, { commit: 0, columns, commitMs: 0 }, batch.receivedMs);
    await lag();
    return store.append(batch);
  };
  return {
    prepare() {
      LiveSets.prototype.committed = function (commit, receivedMs) {
        // The first one shows which object it is; from then on everything is pushed by `append`.
        if (!live) committed.call(this, commit, receivedMs);
        live = this;
      };
    },
    store: (store) => withAppend(store, (batch) => append(store, batch)),
  };
}

function swallowFull(store: TelemetryStore): Append {
  let last = 0;
  // Series of swallowed batches: the store would refuse what comes under their numbers, and the hub knows them as stored.
  let unnamed: Batch["newSeries"] = [];
  return async (batch) => {
    const columns = copyOf(batch.columns);
    try {
      const commit = await store.append({ ...batch, newSeries: [...unnamed, ...batch.newSeries] });
      unnamed = [];
      last = commit.commit;
      return commit;
    } catch (error) {
      if (!(error instanceof StoreError && error.code === "storage_full")) throw error;
      unnamed = [...unnamed, ...batch.newSeries];
      return { commit: last, columns, commitMs: 0 };
    }
  };
}
