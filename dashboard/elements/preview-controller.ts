import type { ReactiveController, ReactiveControllerHost } from "lit";
import { failureWords } from "./failure-words.ts";

/** After the last key in a field the hub is asked, ms. */
const typingMs = 300;

/** What an order would do, as the hub tells it of the fields of a dialog: asked anew when they change, and the newest answer alone counts. */
export class PreviewController<Answer> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #question: (signal: AbortSignal) => Promise<Answer> | undefined;
  #asking: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Undefined until it is known. */
  answer: Answer | undefined;
  /** Why it is not known. */
  problem: string | undefined;

  /** `question`: undefined where there is none as the fields are. */
  constructor(host: ReactiveControllerHost, question: (signal: AbortSignal) => Promise<Answer> | undefined) {
    this.#host = host;
    this.#question = question;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#end();
  }

  /** A field is being typed in: asks once it rests. */
  typed(): void {
    this.#end();
    this.#timer = setTimeout(() => void this.ask(), typingMs);
  }

  async ask(): Promise<void> {
    this.#end();
    const asking = new AbortController();
    this.#asking = asking;
    const { signal } = asking;
    try {
      const answer = await this.#question(signal);
      if (!signal.aborted) this.answer = answer;
    } catch (error) {
      if (!signal.aborted) this.problem = failureWords(error);
    }
    this.#host.requestUpdate();
  }

  /** What was known is of other fields. */
  #end(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.answer = undefined;
    this.problem = undefined;
    this.#host.requestUpdate();
  }
}
