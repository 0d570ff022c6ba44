/** A recorder of presence with a memory store that can fail, and a clock that is turned. */
import type { Device } from "../../../server/hub/catalog.ts";
import type { StateOfDevice } from "../../../server/hub/devices/presence.ts";
import { PresenceRecorder } from "../../../server/hub/devices/recorder.ts";
import type { PresenceEntry } from "../../../server/hub/devices/timeline.ts";
import { type Log, silentLog } from "../../../server/ports.ts";
import { isOfHub } from "../../../server/store/keeping.ts";
import type { MemoryData } from "../../../server/store/memory/data.ts";
import { MemoryStore } from "../../../server/store/memory/memory-store.ts";
import { type PresenceChange, StoreError } from "../../../server/store/store.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { second, world } from "./presence-world.ts";

/** A memory store that can be told to fail or to wait, and remembers how it was written to. */
export class WatchedStore extends MemoryStore {
  /** How many changes each write brought. */
  readonly writes: number[] = [];
  failing = false;
  fullForDevices = false;
  held: Promise<void> = Promise.resolve();

  override async appendPresence(changes: readonly PresenceChange[], atMs: number): Promise<void> {
    this.writes.push(changes.length);
    await this.held;
    if (this.failing || (this.fullForDevices && !changes.every(isOfHub)))
      throw new StoreError("storage_full", "no room");
    await super.appendPresence(changes, atMs);
  }
}

export async function hubOn(data: MemoryData, clock: FakeClock, log: Log = silentLog) {
  const store = new WatchedStore(data);
  const state = await store.open();
  const recorder = new PresenceRecorder({ store, state, clock, log });
  const now = (): StateOfDevice => ({ state: "online", reason: "connected", since: clock.now() });
  const { device } = world();
  const atStart: StateOfDevice = { state: "offline", reason: "hub_restart", since: clock.now() };
  const shown = new Map<Device, StateOfDevice>();
  const changed = recorder.changed.bind(recorder);
  recorder.changed = (of, state, atMs) => {
    shown.set(of, state);
    changed(of, state, atMs);
  };
  /** What the timeline says, `at` counted from the start of the test. */
  const asked = async (of: Device, fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY) =>
    (await recorder.timeline(of, shown.get(of) ?? atStart, fromMs, toMs)).map(told);
  return { store, recorder, now, device, asked };
}

export const startMs = new FakeClock().now();
export const told = ({ atMs, state, reason }: PresenceEntry) => `${(atMs - startMs) / second} ${state} ${reason}`;

/** Lets time pass in steps, and what waits for the store go on between them. */
export async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += second) {
    clock.advance(Math.min(second, ms - passed));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
