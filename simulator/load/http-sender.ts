/** A loading device that posts: one request at a time, as a session of sequence numbers asks. */
import type { Agent, ClientRequest, request } from "node:http";
import type { PostedAnswer } from "../../server/protocol/index.ts";
import { comeBack, newSession, type Sender, type SenderOptions } from "./sender.ts";

/** Node's module for the scheme of the address, and the connections that are kept. */
export interface Http {
  readonly request: typeof request;
  readonly agent: Agent;
}

/** A request without an answer is given up after this, ms. */
const patienceMs = 30_000;

export class HttpSender implements Sender {
  readonly #options: SenderOptions;
  readonly #http: Http;
  readonly #session = newSession();
  #request: ClientRequest | undefined;
  #cancelBack: (() => void) | undefined;
  #open = false;
  #seq = 0;

  /** `options.url` is that of `POST readings`. */
  constructor(options: SenderOptions, http: Http) {
    this.#options = options;
    this.#http = http;
  }

  get open(): boolean {
    return this.#open;
  }

  get pending(): number {
    return this.#request ? 1 : 0;
  }

  start(): void {
    this.#open = true;
    this.#options.onReady(this);
  }

  close(): void {
    this.#open = false;
    this.#cancelBack?.();
    this.#request?.destroy();
  }

  send(dueMs: number): boolean {
    if (!this.#open || this.#request) return false;
    const { url, token, frames, frameReadings, tally } = this.#options;
    const body = frames.next(++this.#seq, this.#session);
    const headers = {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    };
    const { agent } = this.#http;
    const sent = this.#http.request(url, { method: "POST", agent, headers, timeout: patienceMs });
    this.#request = sent;
    tally.framesSent += 1;
    tally.sent += frameReadings;
    let over = false;
    const end = (status: number, text: string): void => {
      if (over) return;
      over = true;
      this.#request = undefined;
      this.#decided(status, text, dueMs);
    };
    sent.on("response", (response) => {
      const parts: string[] = [];
      response.setEncoding("utf8");
      response.on("data", (part: string) => parts.push(part));
      response.on("end", () => end(response.statusCode ?? 0, parts.join("")));
      response.on("error", (error) => end(0, error.message));
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${patienceMs / 1_000} s`)));
    sent.on("error", (error) => end(0, error.message));
    sent.on("close", () => end(0, "the connection was cut"));
    sent.end(body);
    return true;
  }

  #decided(status: number, text: string, dueMs: number): void {
    const { tally, frameReadings, onReady } = this.#options;
    if (status === 200) {
      const { rejectedCount, rejected } = JSON.parse(text) as PostedAnswer;
      tally.ack.record(performance.now() - dueMs);
      tally.rejected += rejectedCount;
      tally.acknowledged += frameReadings - rejectedCount;
      if (rejectedCount > 0) tally.trouble = rejected[0]?.message;
      onReady(this);
      return;
    }
    if (status === 401 || status === 403) tally.turnedAway = true;
    // 400 decides, too: all of it is refused. Everything else leaves open what became of the readings.
    if (status === 400) tally.rejected += frameReadings;
    else tally.unacknowledged += frameReadings;
    tally.trouble = status === 0 ? text : `HTTP ${status}: ${messageOf(text)}`;
    if (!this.#open) return;
    this.#open = false;
    this.#cancelBack = comeBack(() => {
      tally.reconnects += 1;
      this.start();
    });
  }
}

function messageOf(text: string): string {
  try {
    return String((JSON.parse(text) as { message?: unknown }).message);
  } catch {
    return text.slice(0, 200);
  }
}
