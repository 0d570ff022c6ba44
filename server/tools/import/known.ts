/** Devices and series of a file, each name looked at once. */
import { nameRule } from "../../protocol/values.ts";
import { isDevice, isMetric } from "./layout.ts";
import { shown } from "./troubles.ts";
import type { ValueType } from "./values.ts";

/** A series of the file; its type is known once the hub was asked, or its first cells were looked at. */
export interface FileSeries {
  readonly device: string;
  readonly metric: string;
  type: ValueType | undefined;
  /** What stands before the value in each of its readings. */
  readonly begin: string;
  readonly beginBytes: number;
}

export class FileDevice {
  readonly id: string;
  /** By the names that stand in the file; those that are one in NFC lead to one series. */
  readonly #series = new Map<string, FileSeries | string>();

  constructor(id: string) {
    this.id = id;
  }

  /** Or why it can be none. */
  series(name: string): FileSeries | string {
    const known = this.#series.get(name);
    if (known !== undefined) return known;
    const found = this.#named(name.normalize("NFC"));
    this.#series.set(name, found);
    return found;
  }

  #named(metric: string): FileSeries | string {
    if (!isMetric(metric)) return `expected a metric (${nameRule.metric}), found ${shown(metric)}`;
    const known = this.#series.get(metric);
    if (known !== undefined) return known;
    const begin = `{"metric":${JSON.stringify(metric)},"value":`;
    const series = { device: this.id, metric, type: undefined, begin, beginBytes: Buffer.byteLength(begin) };
    this.#series.set(metric, series);
    return series;
  }
}

export class KnownDevices {
  readonly #devices = new Map<string, FileDevice | string>();

  /** Or why it can be none. */
  device(name: string): FileDevice | string {
    const known = this.#devices.get(name);
    if (known !== undefined) return known;
    const found = this.#named(name.normalize("NFC"));
    this.#devices.set(name, found);
    return found;
  }

  #named(id: string): FileDevice | string {
    if (!isDevice(id)) return `expected a device (${nameRule.device}), found ${shown(id)}`;
    const known = this.#devices.get(id);
    if (known !== undefined) return known;
    const device = new FileDevice(id);
    this.#devices.set(id, device);
    return device;
  }
}
