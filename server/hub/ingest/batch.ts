/** The batch that is filling while another is on its way to the disk. */
import type { Columns } from "../../store/columns.ts";
import type { Batch, DeviceRecord, MetricRecord, NewSeries, Refusal } from "../../store/store.ts";
import type { Device, Series } from "../catalog.ts";
import { toRecordMeta } from "../described.ts";
import { Receipt, type Sender } from "./receipt.ts";
import type { SequenceSpace } from "./sequence.ts";
import { BatchQuarantine } from "./set-aside.ts";

/** Refusals of one device worth writing in one batch: the store shows no more. */
const maxRefusalsPerDevice = 100;

interface SequenceRange {
  readonly first: number;
  last: number;
}

/** Everything of a batch but its readings, which the committer's columns hold. */
export class OpenBatch {
  readonly number: number;
  /** Devices of which it has readings of now. */
  readonly senders: Device[] = [];
  readonly receipts: Receipt[] = [];
  readonly quarantine = new BatchQuarantine();
  readonly #past = new Set<Series>();
  #newSeries: Series[] = [];
  readonly #ranges = new Map<SequenceSpace, SequenceRange>();
  readonly #refusals = new Map<string, Refusal[]>();
  readonly #devices = new Set<Device>();
  readonly #metrics = new Map<Device, Set<string>>();

  /** `number`: another one for each batch, from 1 on. */
  constructor(number: number) {
    this.number = number;
  }

  /** True where a commit would change nothing on disk. Readings come with a receipt, so they need not be counted here. */
  get empty(): boolean {
    return (
      this.receipts.length === 0 && this.#ranges.size === 0 && this.#devices.size === 0 && this.#metrics.size === 0
    );
  }

  /** A receipt for a sender that has nothing in this batch yet. */
  receipt(sender: Sender, startedMs: number): Receipt {
    const made = new Receipt(sender, this, startedMs);
    this.receipts.push(made);
    return made;
  }

  addSeries(series: Series): void {
    this.#newSeries.push(series);
  }

  /** Writes the new series of a later batch with this one: series come before their readings or with them. */
  takeSeriesOf(later: OpenBatch): void {
    this.#newSeries.push(...later.#newSeries);
    later.#newSeries = [];
  }

  /** Notes that `seq` is decided with this batch. */
  addSequence(space: SequenceSpace, seq: number): void {
    const known = this.#ranges.get(space);
    if (known) known.last = seq;
    else this.#ranges.set(space, { first: seq, last: seq });
  }

  /** A device sends readings with this batch; call it once, where the device's `sentIn` is another batch. */
  addSender(device: Device): void {
    device.sentIn = this.number;
    this.senders.push(device);
  }

  /** Readings of the past come with this batch: they say nothing of whether the device is there now. */
  addPast(series: Series): void {
    this.#past.add(series);
  }

  isPast(series: Series): boolean {
    return this.#past.size > 0 && this.#past.has(series);
  }

  addRefusal(refusal: Refusal): void {
    const known = this.#refusals.get(refusal.device);
    if (!known) {
      this.#refusals.set(refusal.device, [refusal]);
      return;
    }
    known.push(refusal);
    if (known.length > maxRefusalsPerDevice) known.shift();
  }

  /** Writes a device's own metadata with this batch, as it stands when the batch leaves. */
  addDevice(device: Device): void {
    this.#devices.add(device);
  }

  /** Writes a metric's metadata with this batch, as it stands when the batch leaves. */
  addMetric(device: Device, metric: string): void {
    const known = this.#metrics.get(device);
    if (known) known.add(metric);
    else this.#metrics.set(device, new Set([metric]));
  }

  /** Series and devices that were removed while this batch filled are not written with it. */
  forget(gone: ReadonlyMap<number, Series>): void {
    this.#newSeries = this.#newSeries.filter(({ number }) => !gone.has(number));
    for (const device of this.#devices) if (device.removed) this.#devices.delete(device);
    for (const device of this.#metrics.keys()) if (device.removed) this.#metrics.delete(device);
  }

  /** Takes over what is true whatever became of the frames of a batch that was refused: what devices said of themselves. */
  inherit(failed: OpenBatch): void {
    for (const series of failed.#newSeries) series.refused = true;
    for (const device of failed.#devices) if (!device.removed) this.#devices.add(device);
    for (const [device, metrics] of failed.#metrics) {
      if (!device.removed) for (const metric of metrics) this.addMetric(device, metric);
    }
  }

  /** The form in which the store takes it. */
  toBatch(columns: Columns, receivedMs: number): Batch {
    return {
      receivedMs,
      columns,
      newSeries: this.#newSeries.map(
        ({ number, device, metric, type }): NewSeries => ({ series: number, device: device.id, metric, type }),
      ),
      marks: [...this.#ranges].flatMap(([{ device, session }, { last }]) =>
        device === undefined || session === undefined ? [] : [{ device, session, seq: last }],
      ),
      refusals: [...this.#refusals.values()].flat(),
      quarantine: this.quarantine.toChange(),
      devices: [...this.#devices].map(
        ({ id, firstSeenMs, own }): DeviceRecord => ({ device: id, firstSeenMs, meta: toRecordMeta(own) }),
      ),
      metrics: [...this.#metrics].flatMap(([device, metrics]) =>
        [...metrics].flatMap((metric): MetricRecord[] => {
          // It has another name by now, under which it is written too.
          const own = device.metricsOwn.get(metric);
          return own ? [{ device: device.id, metric, meta: toRecordMeta(own) }] : [];
        }),
      ),
    };
  }

  /** The batch is on disk. */
  settle(): void {
    for (const [space, { last }] of this.#ranges) space.settle(last);
  }

  /** The batch was refused for now. */
  rewind(): void {
    for (const [space, { first }] of this.#ranges) space.rewind(first);
  }
}
