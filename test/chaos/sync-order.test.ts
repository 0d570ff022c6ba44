/** The reading of traces by itself, on traces made by hand: each fault must be seen, and what is in order must not. */
import { describe, expect, it } from "vitest";
import { judgeSyncOrder, tracedDevice } from "./sync-order.ts";

const log = "29</data/hub.db-wal>";
const socket = "34<TCP:[127.0.0.1:8080->127.0.0.1:50000]>";
const hex = (bytes: Buffer): string =>
  `"${[...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}"`;

/** A page with the mark of sender 1 at `seq`, as the journal writes it. */
function page(seq: number): string {
  const varint = [(seq & 127) | 128, ((seq >> 7) & 127) | 128, seq >> 14];
  return hex(Buffer.from([0x0d, 0, 9, ...Buffer.from(tracedDevice(1)), 5, ...Buffer.from("trace"), ...varint, 7]));
}
const write = (seq: number, place = 4152) => `2 pwrite64(${log}, ${page(seq)}, 23, ${place}) = 23`;
const sync = "2 fsync(29</data/hub.db-wal>) = 0";
const frame = (seq: number) => hex(Buffer.from(`{"type":"ack","seq":${seq},"stored":1}`));
const ack = (seq: number) =>
  `1 writev(${socket}, [{iov_base="\\x81\\x27", iov_len=2}, {iov_base=${frame(seq)}, iov_len=39}], 2) = 41`;
const posted = (seq: number) =>
  Buffer.from(`POST /api/v1/readings HTTP/1.1\r\nHost: x\r\n\r\n{"device":"${tracedDevice(1)}","seq":${seq}}`);
const post = (seq: number) => `1 read(${socket}, ${hex(posted(seq))}, 65536) = 150`;
const answer = (status: number) =>
  `1 writev(${socket}, [{iov_base=${hex(Buffer.from(`HTTP/1.1 ${status} X\r\n`))}}], 1) = 18`;
const first = 1_000_001;
const judge = (...lines: string[]) => judgeSyncOrder(`${lines.join("\n")}\n`);
const unsynced = [`the acknowledgement of ${first} left while its commit was written and not synced`];

describe("the order of sync and acknowledgement in a trace", () => {
  it("is right where each acknowledgement follows the sync of its commit", () => {
    expect(judge(write(first), sync, ack(first), write(first + 1), sync, ack(first + 1))).toEqual({
      ...{ acks: 2, syncs: 2, faults: [] },
    });
  });

  it("is right where the next commit is being written while the acknowledgement leaves", () => {
    expect(judge(write(first), sync, write(first + 1), ack(first)).faults).toEqual([]);
  });

  it("is wrong without a sync", () => {
    expect(judge(write(first), ack(first), sync).faults).toEqual(unsynced);
  });

  it("is wrong where nothing was written at all", () => {
    expect(judge(ack(first)).faults).toEqual([
      `the acknowledgement of ${first} left while its commit was not yet written`,
    ]);
  });

  it("is wrong where the sync was of an earlier commit, or began before the write was through", () => {
    expect(judge(write(first - 1), sync, write(first), ack(first)).faults).toEqual(unsynced);
    const began = ["3 fsync(29</data/hub.db-wal> <unfinished ...>", write(first), "3 <... fsync resumed>) = 0"];
    expect(judge(...began, ack(first)).faults).toEqual(unsynced);
    const late = [`2 pwrite64(${log}, ${page(first)}, 23, 4152 <unfinished ...>`, sync.replace("2", "3")];
    expect(judge(...late, "2 <... pwrite64 resumed>) = 23", ack(first)).faults).toEqual(unsynced);
  });

  it("is wrong where the sync failed, was of another file, or was not through", () => {
    const failed = "2 fsync(29</data/hub.db-wal>) = -1 EIO (Input/output error)";
    expect(judge(write(first), failed, ack(first)).faults).toEqual(unsynced);
    expect(judge(write(first), "2 fsync(28</data/hub.db>) = 0", ack(first)).faults).toEqual(unsynced);
    const running = ["2 fsync(29</data/hub.db-wal> <unfinished ...>", ack(first), "2 <... fsync resumed>) = 0"];
    expect(judge(write(first), ...running).faults).toEqual(unsynced);
  });

  it("is wrong where one write carries a good acknowledgement and a bad one", () => {
    const both = hex(Buffer.from(`{"type":"ack","seq":${first - 1}}\u0081\u0020{"type":"ack","seq":${first}}`));
    expect(judge(write(first - 1), sync, write(first), `1 write(${socket}, ${both}, 60) = 60`).faults).toEqual(
      unsynced,
    );
  });

  it("is right where the answer to a posted reading follows the sync of its commit, and wrong where it does not", () => {
    expect(judge(post(first), write(first), sync, answer(200)).faults).toEqual([]);
    expect(judge(post(first), write(first), sync, answer(200)).acks).toBe(1);
    expect(judge(post(first), write(first), answer(200)).faults).toEqual(unsynced);
    // The connection serves one request after the other.
    const second = [post(first + 1), write(first + 1), answer(200)];
    expect(judge(post(first), write(first), sync, answer(200), ...second).faults).toHaveLength(1);
    // Read in two calls, the first of which another thread came into.
    const [head, tail] = [posted(first).subarray(0, 60), posted(first).subarray(60)].map(hex);
    const parts = [
      `1 read(${socket},  <unfinished ...>`,
      write(first),
      `1 <... read resumed>${head}, 65536) = 60`,
      `1 read(${socket}, ${tail}, 65536) = 90`,
    ];
    expect(judge(...parts, answer(200)).faults).toEqual(unsynced);
  });

  it("is asked of each connection by itself", () => {
    const other = (line: string) => line.replace("50000", "50001");
    const lines = [post(first), write(first), sync, other(post(first + 1)), answer(200)];
    expect(judge(...lines)).toMatchObject({ acks: 1, faults: [] });
    expect(judge(...lines, other(answer(200)))).toMatchObject({ acks: 2, faults: [expect.stringMatching(/not yet/)] });
  });

  it("is not asked of answers that refuse", () => {
    expect(judge(post(first), answer(507))).toMatchObject({ acks: 0, faults: [] });
  });

  it("is wrong where the log is begun anew over a database that was not synced", () => {
    const database = `2 pwrite64(28</data/hub.db>, ${hex(Buffer.from("page"))}, 4, 0) = 4`;
    expect(judge(database, write(first, 0)).faults).toHaveLength(1);
    expect(judge(database, "2 fsync(28</data/hub.db>) = 0", write(first, 0)).faults).toEqual([]);
  });

  it("is not guessed from lines that were cut or cannot be read", () => {
    expect(() => judge(`2 pwrite64(${log}, "\\x0d"..., 23, 4152) = 23`)).toThrow("longer -s");
    expect(() => judge("what is this")).toThrow("not a line of strace");
    expect(() => judge("2 fsync(29</data/hub.db-wal>")).toThrow("without a result");
  });

  it("[P22] reads paths and bytes in hexadecimal as strace writes them with -xx", () => {
    const path = [...Buffer.from("/data/hub.db-wal")].map((byte) => `\\x${byte.toString(16)}`).join("");
    const [hexWrite, hexSync] = [write(first), sync].map((text) => text.replace("/data/hub.db-wal", path));
    expect(judge(hexWrite as string, hexSync as string, ack(first)).faults).toEqual([]);
  });
});
