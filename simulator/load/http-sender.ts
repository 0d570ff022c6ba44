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
    return this.#open && this.#request ? 1 : 0;
  }

  /** A post of nothing shows whether the hub is there, and lets the device in. */
  start(): void {
    const body = JSON.stringify({ device: this.#options.device, readings: [] });
    this.#post(body, (status, text) => (status === 200 ? this.opened() : this.#fail(status, text)));
  }

  /** It may send. */
  opened(): void {
    this.#open = true;
    this.#options.onReady(this);
  }

  close(): void {
    const { tally, frameReadings } = this.#options;
    if (this.#open && this.#request) tally.unacknowledged += frameReadings;
    this.#open = false;
    this.#cancelBack?.();
    const request = this.#request;
    this.#request = undefined;
    request?.destroy();
  }

  send(dueMs: number): boolean {
    if (!this.#open || this.#request) return false;
    const { frames, frameReadings, tally } = this.#options;
    tally.framesSent += 1;
    tally.sent += frameReadings;
    this.#post(frames.next(++this.#seq, this.#session), (status, text) => this.#decided(status, text, dueMs));
    return true;
  }

  /** `ended` is called once, with status 0 and a reason where no answer came; not at all after `close`. */
  #post(body: string, ended: (status: number, text: string) => void): void {
    const { url, token } = this.#options;
    const headers = {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    };
    const { agent } = this.#http;
    const sent = this.#http.request(url, { method: "POST", agent, headers, timeout: patienceMs });
    this.#request = sent;
    const end = (status: number, text: string): void => {
      if (this.#request !== sent) return;
      this.#request = undefined;
      ended(status, text);
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
    // 400 decides, too: all of it is refused. Everything else leaves open what became of the readings.
    if (status === 400) tally.rejected += frameReadings;
    else tally.unacknowledged += frameReadings;
    this.#fail(status, text);
  }

  #fail(status: number, text: string): void {
    const { tally } = this.#options;
    tally.trouble = status === 0 ? text : `HTTP ${status}: ${messageOf(text)}`;
    if (status === 401 || status === 403) tally.turnedAway = tally.trouble;
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
