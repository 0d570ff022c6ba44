/** A device that lives in this page: a slow wave, for those who have no device at hand. */
export class PageDevice {
  readonly #address: string;
  readonly #token: () => string | undefined;
  /** Its id. */
  readonly device: string;
  readonly #listeners = new Set<() => void>();
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `address` of the hub's socket, `token` of the hub where it needs one. */
  constructor(address: string, device: string, token: () => string | undefined) {
    this.#address = address;
    this.#token = token;
    this.device = device;
  }

  get running(): boolean {
    return this.#socket !== undefined;
  }

  /** Calls whenever it begins or ends, be it by itself: it outlives the page that began it. Returns how to end that. */
  listen(call: () => void): () => void {
    this.#listeners.add(call);
    return () => this.#listeners.delete(call);
  }

  /** Sends each second until `stop`, or until the connection ends. */
  start(): void {
    if (this.#socket) return;
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
    socket.onclose = () => this.stop();
    this.#changed();
  }

  stop(): void {
    clearInterval(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onclose = null;
    socket.close();
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
    this.#socket?.send(JSON.stringify({ type: "readings", readings }));
  }

  #changed(): void {
    for (const call of [...this.#listeners]) call();
  }
}
