/**
 * The order of commits and acknowledgements as the kernel saw it. Which commit an acknowledgement waits for is read from the
 * log itself: each entry of the journal names its senders with their newest sequence numbers, in plain bytes.
 */
import { readTrace } from "./trace.ts";

/** Devices of a traced load: every name has this length, every sender numbers its frames from `index × seqBase` on. */
export const tracedDevice = (index: number): string => `traced-${String(index).padStart(2, "0")}`;
export const tracedSession = "trace";
export const seqBase = 1_000_000;

const mark = Buffer.from(`\u0009traced-`);
const session = Buffer.from(`\u0005${tracedSession}`);

export interface SyncOrder {
  /** Acknowledgements that left: frames of a socket, and answers 2xx to `POST readings`. */
  readonly acks: number;
  /** Syncs of the log that succeeded. */
  readonly syncs: number;
  /** What was out of order, one sentence each. */
  readonly faults: readonly string[];
}

/** Judges the trace of a hub. */
export function judgeSyncOrder(trace: string): SyncOrder {
  const written = new Map<number, number>();
  const synced = new Map<number, number>();
  /** What was written before a sync began, by thread. */
  const syncing = new Map<number, Map<number, number>>();
  const dirtyDatabases = new Set<string>();
  const faults: string[] = [];
  const requests = new Requests();
  let acks = 0;
  let syncs = 0;
  for (const event of readTrace(trace)) {
    const { call } = event;
    const { name, target, thread } = call;
    const isLog = target.endsWith("-wal");
    if (name === "pwrite64" && isLog) {
      if (event.at === "end") for (const [sender, seq] of marksIn(call.bytes)) raise(written, sender, seq);
      else if (call.offset === 0 && dirtyDatabases.has(target.slice(0, -"-wal".length))) {
        faults.push("the log was begun anew before what it held was synced into the database");
      }
    } else if (name === "pwrite64" && target.endsWith(".db")) {
      if (event.at === "end") dirtyDatabases.add(target);
    } else if (name === "fsync" || name === "fdatasync") {
      if (event.at === "begin") syncing.set(thread, new Map(written));
      else if (event.ok) {
        dirtyDatabases.delete(target);
        if (!isLog) continue;
        syncs += 1;
        for (const [sender, seq] of syncing.get(thread) ?? []) raise(synced, sender, seq);
      }
    } else if (target.startsWith("TCP") && name === "read") {
      if (event.at === "end" && event.ok) requests.read(target, call.bytes);
    } else if (target.startsWith("TCP") && event.at === "begin") {
      for (const seq of [...acksIn(call.bytes), ...requests.answered(target, call.bytes)]) {
        acks += 1;
        const sender = Math.floor(seq / seqBase);
        if ((synced.get(sender) ?? 0) >= seq) continue;
        const state = (written.get(sender) ?? 0) >= seq ? "written and not synced" : "not yet written";
        faults.push(`the acknowledgement of ${seq} left while its commit was ${state}`);
      }
    }
  }
  return { acks, syncs, faults };
}

/** What was posted on each connection and not answered yet: an answer does not say which request it is of. */
class Requests {
  readonly #texts = new Map<string, string>();

  read(connection: string, bytes: Buffer): void {
    const text = (this.#texts.get(connection) ?? "") + bytes.toString("latin1");
    if (text.startsWith("POST /api/v1/readings ")) this.#texts.set(connection, text);
  }

  /** The numbers that an answer with a status of 2xx acknowledges. */
  answered(connection: string, bytes: Buffer): number[] {
    const text = this.#texts.get(connection);
    const [, status] = /^HTTP\/1\.1 (\d)\d\d /.exec(bytes.toString("latin1", 0, 16)) ?? [];
    if (text === undefined || status === undefined) return [];
    this.#texts.delete(connection);
    return status === "2" ? [...text.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq)) : [];
  }
}

function raise(numbers: Map<number, number>, sender: number, seq: number): void {
  numbers.set(sender, Math.max(seq, numbers.get(sender) ?? 0));
}

function acksIn(bytes: Buffer): number[] {
  return [...bytes.toString("latin1").matchAll(/\{"type":"ack"[^}]*?"seq":(\d+)/g)].map(([, seq]) => Number(seq));
}

/** Every mark of a traced sender in a page of the log. */
function* marksIn(page: Buffer): Generator<[sender: number, seq: number]> {
  for (let at = page.indexOf(mark); at >= 0; at = page.indexOf(mark, at + 1)) {
    const end = at + mark.length + 2;
    if (page.compare(session, 0, session.length, end, end + session.length) !== 0) continue;
    const sender = Number(page.toString("latin1", at + mark.length, end));
    yield [sender, readUnsigned(page, end + session.length)];
  }
}

/** Seven bits a byte, low first. */
function readUnsigned(bytes: Buffer, from: number): number {
  let value = 0;
  for (let at = from, weight = 1; ; at++, weight *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * weight;
    if (byte < 128) return value;
  }
}
