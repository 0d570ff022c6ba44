/** Readings that came while nobody listened, asked for over HTTP. */
import type { Value } from "../link.ts";

/** Asks a hub for raw readings. Throws where it does not answer with all of them. */
export class Past {
  readonly #base: string;
  readonly #token: string | undefined;

  /** `url`: of the hub's sockets. */
  constructor(url: string, token: string | undefined) {
    const base = new URL(url);
    base.protocol = base.protocol.replace("ws", "http");
    base.pathname = base.pathname.replace(/\/ws$/, "/api/v1/readings");
    base.search = "";
    this.#base = base.href;
    this.#token = token;
  }

  /** Readings of a series later than `after` (ms since the epoch; null: all), oldest first. */
  async later(device: string, metric: string, after: number | null): Promise<readonly (readonly [number, Value])[]> {
    const from = after === null ? -8.64e15 : after + 1;
    const query = new URLSearchParams({ device, metric, from: String(from), to: "8640000000000000" });
    const headers = this.#token === undefined ? {} : { Authorization: `Bearer ${this.#token}` };
    const answer = await fetch(`${this.#base}?${query}`, { headers });
    const body = (await answer.json()) as { times?: number[]; values?: Value[]; message?: string };
    if (!answer.ok || !body.times || !body.values) throw new Error(body.message ?? `HTTP ${answer.status}`);
    const { times, values } = body;
    return times.map((time, index) => [time, values[index] as Value]);
  }
}
