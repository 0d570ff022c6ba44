import { html, nothing, type ReactiveControllerHost } from "lit";
import type { TimeSpan } from "../data/ranges.ts";
import { instantOf, wallTime } from "../data/zoned-time.ts";
import { texts } from "../texts/index.ts";

/** The two fields of a dialog that hold a range of time, and what is wrong with it. */
export class RangeFields {
  readonly #host: ReactiveControllerHost;
  readonly #typed: () => void;
  #given: TimeSpan = { fromMs: 0, toMs: 0 };
  #from = "";
  #until = "";

  /** `typed`: after each key. */
  constructor(host: ReactiveControllerHost, typed: () => void) {
    this.#host = host;
    this.#typed = typed;
  }

  /** What they hold at first. */
  begin({ fromMs, toMs }: TimeSpan): void {
    this.#given = { fromMs: Math.floor(fromMs), toMs: Math.ceil(toMs) };
    this.#from = wallTime(this.#given.fromMs);
    this.#until = wallTime(this.#given.toMs);
  }

  /** The range as typed; undefined where it is none. */
  get span(): TimeSpan | undefined {
    const fromMs = instantIn(this.#from, this.#given.fromMs);
    const toMs = instantIn(this.#until, this.#given.toMs);
    return fromMs !== undefined && toMs !== undefined && fromMs < toMs ? { fromMs, toMs } : undefined;
  }

  render() {
    const words = texts.deletion;
    const from = this.#field(words.from, this.#from, (text) => {
      this.#from = text;
    });
    const until = this.#field(
      words.until,
      this.#until,
      (text) => {
        this.#until = text;
      },
      words.untilHint,
    );
    return html`<div class="two">${from} ${until}</div>
      ${this.span ? nothing : html`<p class="error" role="alert">${words.notARange}</p>`}`;
  }

  #field(label: string, value: string, take: (text: string) => void, hint?: string) {
    return html`<label class="field">
      <span>${label}</span>
      <input
        type="datetime-local"
        step="0.001"
        .value=${value}
        aria-invalid=${!this.span}
        @input=${(event: Event) => {
          take((event.target as HTMLInputElement).value);
          this.#typed();
          this.#host.requestUpdate();
        }}
      />
      ${hint ? html`<small>${hint}</small>` : nothing}
    </label>`;
  }
}

/** What stands in a field as it was given is that instant: in the hour that a clock shows twice its words tell another one, too. */
function instantIn(text: string, givenMs: number): number | undefined {
  return text === wallTime(givenMs) ? givenMs : instantOf(text);
}
