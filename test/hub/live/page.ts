/** A page as it should be: keeps what a subscription tells, and knows where to go on after a cut. */
import { expect } from "vitest";
import type { Selection } from "../../../server/hub/live/live-set.ts";
import {
  type DeviceEntry,
  hubToViewer,
  type LiveSeriesEntry,
  type Subscribe,
} from "../../../server/protocol/viewer.ts";
import type { Value } from "../../../server/store/columns.ts";

export interface Newest {
  readonly time: number;
  readonly value: Value;
}

export class Page {
  readonly selection: Selection;
  readonly devices = new Map<string, DeviceEntry>();
  readonly series = new Map<number, LiveSeriesEntry>();
  /** Every reading that it was told, by series and time. */
  readonly readings = new Map<number, Map<number, Value>>();
  readonly newest = new Map<number, Newest>();
  /** What it knows everything up to; undefined where it must begin anew. */
  known: { epoch: string; offset: number } | undefined;
  ready = false;
  /** It was told that it lacks readings, or has some that are deleted: it has to ask again. */
  stale = false;
  resumed = 0;
  begun = 0;
  #goesOn = false;

  constructor(selection: Selection) {
    this.selection = selection;
  }

  /** What it asks for, at the start and after each cut. */
  request(): Subscribe {
    this.ready = false;
    if (this.stale) this.known = undefined;
    this.stale = false;
    const { known } = this;
    const { devices, metrics, interval } = this.selection;
    return {
      ...{ type: "subscribe", id: 1, history: { from: -8.64e15 } },
      ...(devices && { devices: [...devices] }),
      ...(metrics && { metrics: [...metrics] }),
      ...(interval === undefined ? {} : { interval }),
      ...(known && { resume: known }),
    };
  }

  /** Takes one frame. */
  see(text: string): void {
    const message = hubToViewer.parse(JSON.parse(text));
    switch (message.type) {
      case "subscribed":
        this.#goesOn = message.resumed;
        if (message.resumed) {
          expect(message.epoch).toBe(this.known?.epoch);
          this.resumed += 1;
          return;
        }
        this.begun += 1;
        for (const map of [this.devices, this.series, this.readings, this.newest]) map.clear();
        this.known = { epoch: message.epoch, offset: -1 };
        return;
      case "devices":
        for (const entry of message.devices) {
          if ("removed" in entry) this.devices.delete(entry.device);
          else this.devices.set(entry.device, entry);
        }
        return;
      case "series":
        for (const entry of message.series) {
          if ("removed" in entry) {
            for (const map of [this.series, this.readings, this.newest]) map.delete(entry.series);
          } else this.#keep(entry);
        }
        return;
      case "history":
        expect(this.#goesOn).toBe(false);
        message.times.forEach((time, index) => {
          this.#take(message.series, time, message.values?.[index] as Value);
        });
        return;
      case "ready":
        this.ready = true;
        this.#reach(message.offset);
        return;
      case "update":
        expect(this.ready || this.#goesOn).toBe(true);
        message.series.forEach((series, index) => {
          expect(this.series.has(series)).toBe(true);
          this.#take(series, message.times[index] as number, message.values[index] as Value);
        });
        if (message.merged) this.stale = true;
        this.#reach(message.offset);
        return;
      default:
        expect(message.type).toBe("result");
    }
  }

  /** The connection is gone. An answer that was not whole is worth nothing. */
  cut(): void {
    if (!this.ready && !this.#goesOn) this.known = undefined;
  }

  #reach(offset: number): void {
    if (!this.known) throw new Error("an offset before `subscribed`");
    expect(offset).toBeGreaterThanOrEqual(this.known.offset);
    this.known = { ...this.known, offset };
  }

  #keep(entry: LiveSeriesEntry): void {
    expect(this.devices.has(entry.device)).toBe(true);
    this.series.set(entry.series, entry);
    const { series, time, value } = entry;
    if (time !== undefined && value !== undefined) this.newest.set(series, { time, value });
    if (entry.count < (this.readings.get(series)?.size ?? 0)) this.stale = true;
  }

  #take(series: number, time: number, value: Value): void {
    const all = this.readings.get(series) ?? new Map<number, Value>();
    this.readings.set(series, all.set(time, value));
    const newest = this.newest.get(series);
    if (!newest || time >= newest.time) this.newest.set(series, { time, value });
  }
}
