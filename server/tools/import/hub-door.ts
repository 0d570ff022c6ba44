/** The running hub, as far as an import needs it. What it refuses for now is asked again until it is decided. */
import { setTimeout as wait } from "node:timers/promises";
import type { PostedAnswer, SeriesAnswer, StatusAnswer } from "../../protocol/http.ts";
import type { PoliciesAnswer } from "../../protocol/storage.ts";
import type { ValueType } from "./values.ts";

/** The import cannot go on with this hub, in words. */
export class NoHub extends Error {}

export interface HubOptions {
  /** `http://localhost:8080` */
  readonly url: string;
  readonly token?: string | undefined;
  /** Ends what waits. */
  readonly signal: AbortSignal;
  /** Called when the hub does not take a request for now, and with undefined when it takes one again. */
  readonly onTrouble: (why: string | undefined) => void;
}

/** Waiting times between two tries, ms; the last one again and again. */
const pausesMs = [250, 500, 1_000, 2_000];

/** Devices asked about at once: their ids stand in the address. */
const devicesAtOnce = 50;

type Tried = { readonly answer: unknown } | { readonly later: string; readonly afterMs?: number };

export class HubDoor {
  readonly #options: HubOptions;
  #inTrouble = false;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** Asked once: whether a hub is there at all. Throws `NoHub`. */
  async status(): Promise<Pick<StatusAnswer, "epoch" | "hubTime">> {
    const tried = await this.#try("status");
    if ("answer" in tried) return tried.answer as StatusAnswer;
    const { url } = this.#options;
    throw new NoHub(
      `No hub answers at ${url} (${tried.later}). Start one with npm start, or say where it is with --url.`,
    );
  }

  /** The ages by which readings go there, in words; none where all is kept, and where no hub tells. */
  async ages(): Promise<string[]> {
    const tried = await this.#try("storage/policies").catch((error: unknown) => {
      // Whatever is wrong is told by what is asked next; an older hub has no ages.
      if (error instanceof NoHub) return { later: error.message };
      throw error;
    });
    if (!("answer" in tried)) return [];
    const { policies, keep } = tried.answer as PoliciesAnswer;
    const all = [...policies, { device: "*", metric: "*", keep }];
    return all.filter((one) => one.keep !== "forever").map((one) => `${one.keep} of ${one.device} ${one.metric}`);
  }

  /** The series that the hub has of these devices. */
  async types(devices: readonly string[]): Promise<{ device: string; metric: string; type: ValueType }[]> {
    const types: { device: string; metric: string; type: ValueType }[] = [];
    for (let from = 0; from < devices.length; from += devicesAtOnce) {
      const device = devices.slice(from, from + devicesAtOnce).join(",");
      let cursor: string | undefined;
      do {
        const query = new URLSearchParams({ device, limit: "10000", ...(cursor === undefined ? {} : { cursor }) });
        const { series, next } = (await this.#ask(`series?${query}`)) as SeriesAnswer;
        for (const { device, metric, type } of series) if (type) types.push({ device, metric, type });
        cursor = next ?? undefined;
      } while (cursor !== undefined);
    }
    return types;
  }

  /** Resolves once every reading is on disk or refused by name. */
  async post(body: string): Promise<PostedAnswer> {
    return (await this.#ask("readings", body)) as PostedAnswer;
  }

  async #ask(path: string, body?: string): Promise<unknown> {
    for (let turn = 0; ; turn++) {
      const tried = await this.#try(path, body);
      if ("answer" in tried) {
        if (this.#inTrouble) this.#options.onTrouble(undefined);
        this.#inTrouble = false;
        return tried.answer;
      }
      if (!this.#inTrouble) this.#options.onTrouble(tried.later);
      this.#inTrouble = true;
      const pauseMs = tried.afterMs ?? (pausesMs[Math.min(turn, pausesMs.length - 1)] as number);
      await wait(pauseMs, undefined, { signal: this.#options.signal });
    }
  }

  async #try(path: string, body?: string): Promise<Tried> {
    const { url, token, signal } = this.#options;
    const headers = {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    };
    let response: Response;
    let text: string;
    try {
      const method = body === undefined ? "GET" : "POST";
      response = await fetch(`${url}/api/v1/${path}`, {
        method,
        headers,
        signal,
        ...(body === undefined ? {} : { body }),
      });
      text = await response.text();
    } catch (error) {
      if (signal.aborted) throw error;
      return { later: reasonOf(error) };
    }
    return read(response, text, url);
  }
}

function read(response: Response, text: string, url: string): Tried {
  const answer = parsed(text);
  if (!answer) throw new NoHub(`What answers at ${url} is no telemetry hub (HTTP ${response.status}).`);
  if (response.ok || "rejectedCount" in answer) return { answer };
  const { message, retryable } = answer as { message?: unknown; retryable?: unknown };
  const why = `HTTP ${response.status}: ${String(message)}`;
  if (response.status === 401)
    throw new NoHub(
      `The hub asks for a token: give one of a program that may do what an operator may, as --token or in HUB_TOKEN. ${String(message)}`,
    );
  if (retryable !== true) throw new NoHub(`The hub refuses this import (${why})`);
  const afterSeconds = Number(response.headers.get("retry-after"));
  return { later: why, ...(afterSeconds > 0 ? { afterMs: 1_000 * afterSeconds } : {}) };
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `fetch` hides what happened behind "fetch failed". */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : cause instanceof Error ? cause.message : message;
}
