import type { Ack, ErrorMessage } from "../../server/protocol/index.ts";

/** What it is called where it may be called anything. */
const ownName = "this-browser";

/** How it is called by who may send as these devices alone (null: as any): `greenhouse/this-browser` for `greenhouse/*`. Undefined where all of them are real ones. */
export function playedName(selectors: readonly string[] | null): string | undefined {
  if (selectors === null) return ownName;
  const [head, ...more] = selectors.find((selector) => selector.includes("*"))?.split("*") ?? [];
  return head === undefined ? undefined : head + ownName + more.join("");
}

/** Why it stopped by itself: in the hub's words, or without any where the connection broke. */
export interface PlayedEnd {
  readonly message: string | undefined;
}

/** A device that lives in this page: a slow wave, for those who have no device at hand. */
export class PageDevice {
  readonly #address: string;
  readonly #token: () => string | undefined;
  #device = ownName;
  #ended: PlayedEnd | undefined;
  #refused: string | undefined;
  readonly #listeners = new Set<() => void>();
  #socket: WebSocket | undefined;
  /** Frames so far: what has a number is answered. */
  #sent = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `address` of the hub's socket, `token` of the tab where it has one. */
  constructor(address: string, token: () => string | undefined) {
    this.#address = address;
    this.#token = token;
  }

  /** Its id. */
  get device(): string {
    return this.#device;
  }

  /** Why it stopped; undefined while it runs, and where a person stopped it. */
  get ended(): PlayedEnd | undefined {
    return this.#ended;
  }

  /** Why the hub takes none of its readings just now, in its words. */
  get refused(): string | undefined {
    return this.#refused;
  }

  get running(): boolean {
    return this.#socket !== undefined;
  }

  /** Calls whenever it begins or ends, be it by itself: it outlives the page that began it. Returns how to end that. */
  listen(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  /** Sends as this device each second until `stop`, until the connection ends or the hub says no. */
  start(device = ownName): void {
    if (this.#socket) return;
    this.#device = device;
    this.#ended = undefined;
    this.#refused = undefined;
    const socket = new WebSocket(this.#address);
    this.#socket = socket;
    socket.onopen = () => {
      socket.send(
        JSON.stringify({
          type: "hello",
          device: this.device,
          token: this.#token(),
          name: "This browser",
          kind: "demonstration",
          reportInterval: 1_000,
          metrics: {
            wave: { label: "Wave", unit: "°C", decimals: 2 },
            visible: { label: "Page in sight" },
          },
        }),
      );
      this.#send();
      this.#timer = setInterval(() => this.#send(), 1_000);
    };
    socket.onmessage = ({ data }) => this.#hear(String(data));
    socket.onclose = ({ reason }) => this.#end({ message: reason || undefined });
    this.#changed();
  }

  stop(): void {
    this.#end(undefined);
  }

  #hear(text: string): void {
    const message: Ack | ErrorMessage | { readonly type: "welcome" } = JSON.parse(text);
    if (message.type === "ack") this.#tell(message.rejected?.[0]?.message);
    else if (message.type !== "error") return;
    else if (message.retryable) this.#tell(message.message);
    else this.#end({ message: message.message });
  }

  /** `why`: undefined where a person wants it. */
  #end(why: PlayedEnd | undefined): void {
    clearInterval(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onclose = null;
    socket.onmessage = null;
    socket.close();
    this.#ended = why;
    this.#refused = undefined;
    this.#changed();
  }

  #send(): void {
    const nowMs = Date.now();
    const value = 21 + 3 * Math.sin(nowMs / 8_000) + 0.4 * Math.sin(nowMs / 1_300);
    // Without times: the clock of this machine may be hours off, and the hub would refuse what lies ahead of its own.
    const readings = [
      { metric: "wave", value: Math.round(value * 100) / 100 },
      { metric: "visible", value: document.visibilityState === "visible" },
    ];
    this.#socket?.send(JSON.stringify({ type: "readings", id: ++this.#sent, readings }));
  }

  #tell(refused: string | undefined): void {
    if (refused === this.#refused) return;
    this.#refused = refused;
    this.#changed();
  }

  #changed(): void {
    for (const call of [...this.#listeners]) call();
  }
}
