/** A fleet's key whose devices are not written at first: what came to nothing counts for nothing. */
import { describe, expect, it } from "vitest";
import { Access } from "../../../server/hub/access/access.ts";
import { AccessBook } from "../../../server/hub/access/book.ts";
import { type Log, silentLog } from "../../../server/ports.ts";
import { Refusal } from "../../../server/protocol/errors.ts";
import type { AccessStore } from "../../../server/store/access.ts";
import { MemoryStore } from "../../../server/store/memory/memory-store.ts";
import { StoreError } from "../../../server/store/store.ts";
import { tokenRecord } from "../../support/access.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { ownToken } from "./world.ts";

const key = "0a1b-2c3d-4e5f-6g7h-8j9k-0m1n-2p3q";

/** A hub's access over a store that writes nothing as long as `disk.isFull`. */
function world(enrolments: number) {
  const clock = new FakeClock();
  const { access: inner } = new MemoryStore();
  const disk = { isFull: false };
  const store: AccessStore = {
    load: () => inner.load(),
    audit: (...asked) => inner.audit(...asked),
    apply: async (changes) => {
      if (disk.isFull) throw new StoreError("storage_full", "The disk is full.");
      return inner.apply(changes);
    },
  };
  const lines: string[] = [];
  const log: Log = { ...silentLog, warn: (text) => void lines.push(text) };
  const fleet = tokenRecord(key, { kind: "fleet", name: "shed", devices: ["shed/*"] });
  const book = new AccessBook(store, { people: [], sessions: [], tokens: [fleet] });
  const access = new Access({ book, reach: "network", requests: 0, enrolments, clock, log });
  /** Lets a device come with the key, and waits until its token is written, or could not be. */
  const enrol = async (device: string) => {
    const token = `${key}/${ownToken}${device.slice("shed/".length)}`;
    const judged = access.judge({ address: "192.168.1.9", local: false, token, device });
    await book.change(() => ({ changes: [], result: undefined })).catch(() => {});
    return judged instanceof Refusal ? judged.code : "in";
  };
  const entries = async () =>
    (await inner.audit(undefined, 100)).map(({ subject, details: { count } }) => [subject, count]);
  return { clock, disk, lines, access, enrol, entries };
}

describe("a device whose token could not be written", () => {
  it("takes none of those that --enrolments lets its key make, and one line of the log a minute", async () => {
    const { disk, lines, enrol } = world(2);
    disk.isFull = true;
    for (let count = 0; count < 10; count++) expect(await enrol(`shed/${count}`)).toBe("in");
    disk.isFull = false;
    expect(await enrol("shed/1")).toBe("in");
    expect(await enrol("shed/2")).toBe("in");
    expect(await enrol("shed/3")).toBe("rate_limited");
    expect(lines).toEqual([expect.stringMatching(/^a device could not be enrolled/)]);
  });

  it("is told of in the log of changes neither by itself nor among others", async () => {
    const { clock, disk, access, enrol, entries } = world(100);
    disk.isFull = true;
    await enrol("shed/0");
    disk.isFull = false;
    // The first that was written has an entry of its own.
    await enrol("shed/1");
    expect(await entries()).toEqual([["shed/1", undefined]]);
    disk.isFull = true;
    await enrol("shed/2");
    disk.isFull = false;
    await enrol("shed/3");
    clock.advance(60_000);
    await expect.poll(entries).toEqual([
      ["shed/3", 1],
      ["shed/1", undefined],
    ]);
    await access.stop();
  });
});

describe("devices that are being written while their minute ends", () => {
  it("are told of a minute later, or as the hub stops", async () => {
    const { clock, access, enrol, entries } = world(100);
    await enrol("shed/0");
    const second = enrol("shed/1");
    clock.advance(60_000);
    await second;
    const third = enrol("shed/2");
    await access.stop();
    await third;
    const told = (await entries()).reduce((sum, [, count]) => sum + Number(count ?? 1), 0);
    expect(told).toBe(3);
  });
});
