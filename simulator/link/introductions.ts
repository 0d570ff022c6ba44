/** What a gateway has said of the devices behind it, to be said again to each hub that it comes to. */
import type { DeviceMeta } from "./messages.ts";

function textOf(device: string, meta: DeviceMeta): string {
  return JSON.stringify({ type: "describe", device, ...meta });
}

export class Introductions {
  readonly #said = new Map<string, DeviceMeta>();

  /** Merges as the hub does: a field replaces the one before, metrics by themselves. Returns the message to send now. */
  add(device: string, meta: DeviceMeta): string {
    const before = this.#said.get(device);
    const metrics = { ...before?.metrics };
    for (const [name, metric] of Object.entries(meta.metrics ?? {})) metrics[name] = { ...metrics[name], ...metric };
    const some = Object.keys(metrics).length > 0;
    this.#said.set(device, { ...before, ...meta, ...(some ? { metrics } : {}) });
    return textOf(device, meta);
  }

  /** A message for each device, with all that was said of it. */
  messages(): string[] {
    return Array.from(this.#said, ([device, meta]) => textOf(device, meta));
  }
}
