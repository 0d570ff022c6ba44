/** Devices of one kind that connect, say hello, send once, and then nothing: as many as there are, in one process. */
import { once } from "node:events";
import { WebSocket } from "ws";

/** Handshakes at once: below the hub's limits of pace (`--limit-accepts-per-second`, `--limit-accepts-burst`). */
const wave = 200;
/** Time from wave to wave at least, ms. */
const waveMs = 250;

const metrics = {
  temperature: { unit: "°C" },
  humidity: { unit: "%" },
  pressure: { unit: "hPa" },
  co2: { unit: "ppm" },
  battery: { unit: "V" },
} as const;

export class IdleDevices {
  readonly #sockets: WebSocket[] = [];
  readonly #site: string;
  #broken: string | undefined;

  /** @param site what the devices' ids begin with */
  constructor(site = "site") {
    this.#site = site;
  }

  /** Resolves once all are connected. They answer pings, and say nothing by themselves. */
  async connect(port: number, count: number): Promise<void> {
    for (let from = 0; from < count; from += wave) {
      const began = performance.now();
      await Promise.all(Array.from({ length: Math.min(wave, count - from) }, () => this.#connect(port)));
      const leftMs = waveMs - (performance.now() - began);
      if (leftMs > 0 && from + wave < count) await new Promise((resolve) => setTimeout(resolve, leftMs));
    }
  }

  /** Each says who it is and what it measures; resolves once all are welcome. */
  async hello(): Promise<void> {
    await this.#all("welcome", (index) => ({
      type: "hello",
      device: `${this.#site}/sensor-${index}`,
      protocol: 1,
      session: `boot-${index}-1`,
      kind: "climate",
      name: `Sensor ${index}`,
      reportInterval: 60_000,
      metrics,
    }));
  }

  /** Each sends one frame with a reading of each metric; resolves once all are acknowledged. */
  async send(): Promise<void> {
    await this.#all("ack", (index) => ({
      type: "readings",
      seq: 1,
      readings: Object.keys(metrics).map((metric, at) => ({ metric, value: 20.5 + at + (index % 100) / 10 })),
    }));
  }

  close(): void {
    for (const socket of this.#sockets.splice(0)) socket.removeAllListeners("close").terminate();
  }

  async #connect(port: number): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { perMessageDeflate: false });
    await once(socket, "open");
    socket.on("close", (code) => {
      this.#broken ??= `the server cut a connection with ${code}`;
    });
    socket.on("error", () => {});
    this.#sockets.push(socket);
  }

  async #all(wanted: string, message: (index: number) => object): Promise<void> {
    for (let from = 0; from < this.#sockets.length; from += wave) {
      const asked = this.#sockets.slice(from, from + wave).map(async (socket, at) => {
        const answered = once(socket, "message");
        socket.send(JSON.stringify(message(from + at)));
        const [answer] = await answered;
        const { type } = JSON.parse(String(answer)) as { type: string };
        if (type !== wanted) throw new Error(`the server said ${answer}`);
      });
      await Promise.all(asked);
    }
    if (this.#broken) throw new Error(this.#broken);
  }
}
