/** Entry of both worker threads. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { beginMerge, checkMerge, findMerge, stepMerge } from "./absorb.ts";
import { applyAccess } from "./access.ts";
import { removeAlias, rename } from "./aliases.ts";
import type { ReaderCalls, WorkerSetup, WriterCalls } from "./calls.ts";
import { headsAt, manyHeadRows } from "./head-rows.ts";
import { serve } from "./link.ts";
import { OpenFrom } from "./open-from.ts";
import { buffersOf } from "./pages.ts";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

const { role, settings, openFrom, between } = workerData as WorkerSetup;
const port = parentPort as MessagePort;
const onFatal = (message: string) => port.postMessage({ fatal: message });
const onTrouble = (message: string) => port.postMessage({ trouble: message });

/** A part that exists between `open` and `close`. */
class Held<T> {
  #part: T | undefined;

  get(): T {
    if (!this.#part) throw new Error("The store was asked before it was opened.");
    return this.#part;
  }

  set(part: T): T {
    this.#part = part;
    return part;
  }
}

if (role === "writer") serve<WriterCalls>(port, writerCalls(new Held<Writer>()), columnsOf, between);
else serve<ReaderCalls>(port, readerCalls(new Held<Reader>()), columnsOf, between);

function writerCalls(writer: Held<Writer>): WriterCalls {
  return {
    open: () => writer.set(new Writer(settings, onFatal, onTrouble, new OpenFrom(openFrom))).state,
    append: (batch, generation) => writer.get().append(batch, generation),
    committed: (commit) => writer.get().committed(commit),
    recent: (...values) => writer.get().recent(...values),
    lastSeq: (device, session) => writer.get().lastSeq(device, session),
    headRows: (range) => writer.get().headRows(range),
    manyHeadRows: (ranges) => manyHeadRows(writer.get(), ranges),
    headsAt: (series, atMs) => headsAt(writer.get(), series, atMs),
    headTimeBefore: (series, beforeMs) => writer.get().headTimeBefore(series, beforeMs),
    seriesState: (series) => writer.get().seriesState(series),
    latest: (series) => writer.get().latest(series),
    refusals: (device) => writer.get().refusals(device),
    appendPresence: (...values) => writer.get().appendPresence(...values),
    deleteReadings: (ranges) => writer.get().deleteReadings(ranges),
    deleteDevice: (device) => writer.get().deleteDevice(device),
    addMask: (mask) => writer.get().addMask(mask),
    removeMask: (id) => writer.get().removeMask(id),
    masks: (series) => writer.get().masks(series),
    policies: () => writer.get().retention.policies(),
    setPolicies: (policies) => writer.get().retention.setPolicies(policies),
    thinByAge: (nowMs) => writer.get().retention.thinByAge(nowMs),
    setBudget: (budget) => writer.get().retention.setBudget(budget),
    agedSeries: (policies) => writer.get().retention.agedSeries(policies),
    rename: (...values) => writer.get().change((parts) => rename(parts, ...values)),
    removeAlias: (...values) => writer.get().change((parts) => removeAlias(parts, ...values)),
    beginMerge: (...values) => writer.get().change((parts, commit) => beginMerge(parts, ...values, commit)),
    stepMerge: (series) => writer.get().change((parts, commit) => stepMerge(parts, series, commit, settings.sliceMs)),
    checkMerge: (...values) =>
      writer.get().change((parts, commit) => checkMerge(parts, ...values, commit, settings.sliceMs)),
    findMerge: (series) => writer.get().change((parts) => findMerge(parts, series)),
    lookedAt: () => writer.get().ledger.looked(),
    rechecks: (...values) => writer.get().ledger.rechecks(...values),
    writeLedger: (...found) => writer.get().writeLedger(...found),
    applyAccess: (changes) => writer.get().change(({ db }) => applyAccess(db, changes, settings.auditKept)),
    sealAll: () => writer.get().sealAll(),
    openSizes: () => writer.get().openSizes(),
    stats: () => writer.get().stats(),
    copyInto: (path) => writer.get().copyInto(path),
    close: (patienceMs) => writer.get().close(patienceMs),
  };
}

function readerCalls(reader: Held<Reader>): ReaderCalls {
  return {
    open: () => void reader.set(new Reader(settings, onFatal, onTrouble)),
    readRaw: (range, limit, head) => head && reader.get().readRaw(range, limit, head),
    readChanges: (range, limit, silenceMs, head) => head && reader.get().readChanges(range, limit, silenceMs, head),
    readManyBuckets: (...values) => reader.get().readManyBuckets(...values),
    readAt: (...values) => reader.get().readAt(...values),
    readHoles: (range, graceMs, limit, head) => head && reader.get().readHoles(range, graceMs, limit, head),
    readManyHoles: (...values) => reader.get().readManyHoles(...values),
    timeBefore: (...values) => reader.get().timeBefore(...values),
    readPresence: (device) => reader.get().readPresence(device),
    listQuarantine: (...values) => reader.get().listQuarantine(...values),
    findQuarantine: (...values) => reader.get().findQuarantine(...values),
    readLedger: (...values) => reader.get().readLedger(...values),
    loadAccess: () => reader.get().loadAccess(),
    readAudit: (...values) => reader.get().readAudit(...values),
    agedTurn: (...values) => reader.get().agedTurn(...values),
    sealedSizes: (...values) => reader.get().sealedSizes(...values),
    close: () => reader.get().close(),
  };
}

/** An answer's columns move to the main thread instead of being copied. */
function columnsOf(answer: unknown): ArrayBuffer[] {
  if (typeof answer !== "object" || answer === null) return [];
  return buffersOf("columns" in answer ? (answer.columns as object) : answer);
}
