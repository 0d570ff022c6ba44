/** F4: a disk without room is told for as long as readings are refused, and once in the log. */
import { expect, it } from "vitest";
import { SpaceAlarm } from "../../../server/hub/storage/space-alarm.ts";
import { silentLog } from "../../../server/ports.ts";
import type { StoreStats } from "../../../server/store/store.ts";
import { FakeClock } from "../../support/fake-clock.ts";

it("[F4] says from the start that readings are refused for want of room, once in the log, and takes it back by itself", async () => {
  const clock = new FakeClock();
  const troubles: string[] = [];
  const lines: string[] = [];
  const log = { ...silentLog, warn: (text: string) => lines.push(text), info: (text: string) => lines.push(text) };
  let diskFreeBytes = 511_990_000;
  const stats = async () => ({ diskFreeBytes }) as StoreStats;
  let rooms = 0;
  const onRoom = () => {
    rooms += 1;
  };
  const alarm = new SpaceAlarm({ store: { stats }, clock, log, troubles, onRoom, minFreeBytes: 512e6 }, await stats());
  const second = async (bytes: number) => {
    diskFreeBytes = bytes;
    clock.advance(1_000);
    // The store's answer, and what is made of it.
    for (let turns = 0; turns < 5; turns++) await Promise.resolve();
  };
  const sentence =
    "The disk of the data has 511.9 MB free, less than 512 MB (--min-free): readings are refused until there is room again.";
  expect([troubles, lines]).toEqual([[sentence], [sentence]]);
  await second(2_750_000);
  expect(troubles).toEqual([sentence.replace("511.9", "2.7")]);
  troubles.push("Something else.");
  await second(512e6);
  expect(troubles).toEqual(["Something else."]);
  expect(rooms).toBe(1);
  expect(lines).toEqual([sentence, "the disk has room again, and readings are taken"]);
  await second(600e6);
  expect(rooms).toBe(2);
  await second(0);
  expect(troubles).toHaveLength(2);
  alarm.stop();
  await second(512e6);
  expect([troubles.length, rooms, clock.pending]).toEqual([2, 2, 0]);
});
