/** What the hub says of a device afterwards, over HTTP: the faults judge by that, and not by what they were told on the way. */
import type {
  DeviceEntry,
  LatestAnswer,
  QuarantineAnswer,
  ReadingsAnswer,
  RefusedAnswer,
  SeriesAnswer,
  StatusAnswer,
} from "../../server/protocol/index.ts";
import { patienceMs } from "./visit.ts";

export class HubView {
  readonly #api: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** `url`: where the hub takes sockets, `ws://localhost:8080/ws`. */
  constructor(url: string, token?: string) {
    this.#api = url.replace(/^ws/, "http").replace(/\/ws$/, "/api/v1/");
    this.#headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  }

  status(): Promise<StatusAnswer> {
    return this.#get("status");
  }

  device(device: string): Promise<DeviceEntry> {
    return this.#get(`device?${new URLSearchParams({ id: device })}`);
  }

  /** Readings with `from` ≤ time < `to`, in the order of their times. */
  async readings(device: string, metric: string, from: number, to: number): Promise<[number, unknown][]> {
    const query = new URLSearchParams({ device, metric, from: String(from), to: String(to) });
    const { times, values = [] } = await this.#get<ReadingsAnswer>(`readings?${query}`);
    return times.map((time, index) => [time, values[index]]);
  }

  /** The newest reading by device time. */
  async latest(device: string, metric: string): Promise<{ time: number; value: unknown } | undefined> {
    return (await this.#get<LatestAnswer>(`latest?${new URLSearchParams({ device, metric })}`)).latest[0];
  }

  /** Series of this name that the device has: 1 or 0. */
  async seriesCount(device: string, metric: string): Promise<number> {
    return (await this.#get<SeriesAnswer>(`series?${new URLSearchParams({ device, metric })}`)).series.length;
  }

  /** The codes of what was refused since `since` (hub time), as `time_ahead 5`; `none` where nothing was. */
  async refused(device: string, since: number): Promise<string> {
    const { refused } = await this.#get<RefusedAnswer>(`devices/${encodeURIComponent(device)}/refused`);
    const counts = new Map<string, number>();
    for (const { at, code } of refused) if (at >= since) counts.set(code, (counts.get(code) ?? 0) + 1);
    return tally(counts);
  }

  /** Readings that were refused for their time since `since` (hub time), and wait for a person. */
  async quarantined(device: string, since: number): Promise<number> {
    const { readings } = await this.#get<QuarantineAnswer>(`devices/${encodeURIComponent(device)}/quarantine`);
    return readings.filter(({ at }) => at >= since).length;
  }

  /** Throws where the hub does not answer with what was asked for. */
  async #get<Answer>(path: string): Promise<Answer> {
    const signal = AbortSignal.timeout(patienceMs);
    const response = await fetch(this.#api + path, { headers: this.#headers, signal }).catch((error: unknown) => {
      throw new Error(`no hub answers (${causeOf(error)})`);
    });
    if (response.status === 401)
      throw new Error("the hub wants its token: give the one that it printed as --token, or in HUB_TOKEN");
    if (!response.ok) throw new Error(`GET ${path} was answered ${response.status}: ${await problemOf(response)}`);
    return (await response.json()) as Answer;
  }
}

/** What the hub says in its error, or the beginning of what something else says. */
async function problemOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === "string") return message.replace(/\.$/, "");
  } catch {
    // No hub's answer.
  }
  return text.slice(0, 200).trim();
}

/** `fetch` says what happened in the cause of its error, and of an address with several only the code. */
function causeOf(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { message?: string; code?: string } };
  return cause?.message || cause?.code || message;
}

/** `time_ahead 5, type_mismatch 2`, in the order of the names. */
export function tally(counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return "none";
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}
