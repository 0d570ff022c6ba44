/** The hub's HTTP side, as the page asks it. */
import type { ErrorMessage, HealthAnswer } from "../../server/protocol/index.ts";

/** The hub, or the way to it, said no. */
export class HubRefusal extends Error {
  /** The hub's code; undefined where no hub answered, or something else did. */
  readonly code: ErrorMessage["code"] | undefined;

  constructor(message: string, code?: ErrorMessage["code"]) {
    super(message);
    this.code = code;
  }
}

export interface HubApiOptions {
  readonly fetch: typeof fetch;
  /** The token of this tab, asked at each request; who signed in, and a hub that is open, needs none. */
  readonly token: () => string | undefined;
  /** The hub does not know, or no longer, who asks. */
  readonly notSignedIn?: () => void;
  /** A person waits from now on; returns what is called when that is over. */
  readonly began?: () => () => void;
}

export type Params = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface RequestOptions {
  readonly params?: Params;
  readonly signal?: AbortSignal;
  /** Asked for by the page itself, again and again: nobody waits for it. */
  readonly quiet?: boolean;
}

/** Asks the hub that served this page. Answers have the shapes of the protocol; what is refused is thrown as `HubRefusal`. */
export class HubApi {
  readonly #options: HubApiOptions;

  constructor(options: HubApiOptions) {
    this.#options = options;
  }

  /** `path`: below `/api/v1/`, its parts encoded. */
  get<Answer>(path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.#ask("GET", path, options);
  }

  post<Answer>(path: string, body: object, options: RequestOptions = {}): Promise<Answer> {
    return this.#ask("POST", path, options, body);
  }

  /** A text as CSV. */
  postCsv<Answer>(path: string, text: string, options: RequestOptions = {}): Promise<Answer> {
    return this.#ask("POST", path, options, text);
  }

  put<Answer>(path: string, body: object, options: RequestOptions = {}): Promise<Answer> {
    return this.#ask("PUT", path, options, body);
  }

  patch<Answer>(path: string, body: object, options: RequestOptions = {}): Promise<Answer> {
    return this.#ask("PATCH", path, options, body);
  }

  delete<Answer>(path: string, options: RequestOptions = {}): Promise<Answer> {
    return this.#ask("DELETE", path, options);
  }

  /** The answer as it comes, for what is saved as a file. */
  download(path: string, options: RequestOptions = {}): Promise<Response> {
    return this.#waitedFor(options, () => this.#send("GET", path, options));
  }

  /** `/health`, which stands beside the API. A hub that is down answers, too; what is no answer of a hub is thrown. */
  async health(signal: AbortSignal): Promise<HealthAnswer> {
    const response = await this.#options.fetch("./health", { headers: this.#credentials(), signal });
    const answer: unknown = await response.json().catch(() => undefined);
    if (isHealth(answer)) return answer;
    throw new HubRefusal(`${response.status} ${response.statusText}`.trim());
  }

  #ask<Answer>(method: string, path: string, options: RequestOptions, body?: object | string): Promise<Answer> {
    return this.#waitedFor(options, async () => {
      const response = await this.#send(method, path, options, body);
      return response.status === 204 ? (undefined as Answer) : ((await response.json()) as Answer);
    });
  }

  async #waitedFor<Answer>({ quiet }: RequestOptions, ask: () => Promise<Answer>): Promise<Answer> {
    const end = quiet ? undefined : this.#options.began?.();
    try {
      return await ask();
    } finally {
      end?.();
    }
  }

  /** `body`: sent as JSON, or a text as CSV. */
  async #send(
    method: string,
    path: string,
    { params, signal }: RequestOptions,
    body?: object | string,
  ): Promise<Response> {
    const response = await this.#options.fetch(`./api/v1/${path}${queryOf(params)}`, {
      method,
      headers: {
        ...this.#credentials(),
        ...(body === undefined ? {} : { "content-type": typeof body === "string" ? "text/csv" : "application/json" }),
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (response.ok) return response;
    const refusal = await refusalOf(response);
    // At the door itself it says that a password or a token is wrong.
    if (refusal.code === "not_signed_in" && path !== "session" && path !== "setup") this.#options.notSignedIn?.();
    throw refusal;
  }

  #credentials(): Record<string, string> {
    const token = this.#options.token();
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }
}

function queryOf(params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    for (const each of typeof value === "object" ? value : [value]) query.append(name, String(each));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** A proxy on the way may answer with a page of its own. */
async function refusalOf(response: Response): Promise<HubRefusal> {
  const answer: unknown = await response.json().catch(() => undefined);
  if (isError(answer)) return new HubRefusal(answer.message, answer.code);
  return new HubRefusal(`${response.status} ${response.statusText}`.trim());
}

function isHealth(answer: unknown): answer is HealthAnswer {
  if (typeof answer !== "object" || answer === null || !("status" in answer)) return false;
  const { status } = answer;
  return status === "ok" || status === "degraded" || status === "down";
}

function isError(answer: unknown): answer is ErrorMessage {
  return typeof answer === "object" && answer !== null && "type" in answer && answer.type === "error";
}
