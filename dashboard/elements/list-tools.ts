/** What stands above and below a long list: a search, what of it is shown, how many that are, and page after page. */
import { css, html, nothing, type ReactiveControllerHost } from "lit";
import { formatCount } from "../data/format.ts";
import { texts } from "../texts/index.ts";
import { icons } from "./icons.ts";

export interface Choice<Key extends string> {
  readonly label: string;
  readonly chosen: Key | undefined;
  readonly keys: readonly Key[];
  readonly words: (key: Key) => string;
  readonly choose: (key: Key | undefined) => void;
}

/** Of one list. What is found begins on its first page. */
export class ListTools {
  readonly #host: ReactiveControllerHost;
  readonly #pageRows: number;
  #query = "";
  #page = 0;

  /** `pageRows`: so many rows are shown at once. */
  constructor(host: ReactiveControllerHost, pageRows: number) {
    this.#host = host;
    this.#pageRows = pageRows;
  }

  /** What is searched for, in small letters; empty for nothing. */
  get query(): string {
    return this.#query.trim().toLocaleLowerCase();
  }

  clear(): void {
    this.#query = "";
    this.first();
  }

  /** The first page. */
  first(): void {
    this.#page = 0;
    this.#host.requestUpdate();
  }

  search(words: string) {
    return html`<label class="search">
      ${icons.search}
      <input
        type="search"
        placeholder=${words}
        aria-label=${words}
        .value=${this.#query}
        @input=${(event: Event) => {
          this.#query = (event.target as HTMLInputElement).value;
          this.first();
        }}
      />
    </label>`;
  }

  choice<Key extends string>({ label, chosen, keys, words, choose }: Choice<Key>) {
    return html`<select
      aria-label=${label}
      @change=${(event: Event) => {
        const { value } = event.target as HTMLSelectElement;
        choose(value === "" ? undefined : keys[Number(value)]);
        this.first();
      }}
    >
      <option value="" ?selected=${chosen === undefined}>${label}</option>
      ${keys.map((key, index) => html`<option value=${index} ?selected=${key === chosen}>${words(key)}</option>`)}
    </select>`;
  }

  /** The rows of the page that is shown, which is the last one where there are fewer now. */
  shown<Row>(rows: readonly Row[]): readonly Row[] {
    const pages = Math.max(1, Math.ceil(rows.length / this.#pageRows));
    this.#page = Math.min(this.#page, pages - 1);
    return rows.slice(this.#page * this.#pageRows, (this.#page + 1) * this.#pageRows);
  }

  /** In the place of the rows where none is found. */
  nothing(words: string, clear: () => void) {
    return html`<div class="empty">
      <span role="status">${this.#query.trim() === "" ? words : texts.access.nothing(this.#query.trim())}</span>
      <button
        type="button"
        class="button"
        @click=${() => {
          this.clear();
          clear();
        }}
      >
        ${texts.access.clear}
      </button>
    </div>`;
  }

  /** Below the rows, where they have more than one page. */
  pager(count: number) {
    const rows = this.#pageRows;
    if (count <= rows) return nothing;
    const words = texts.access.pager;
    const first = this.#page * rows;
    const end = Math.min(count, first + rows);
    // A button that is disabled loses the focus, and with it the place of who goes by keys.
    const turn = (step: number, label: string, isOff: boolean) => html`<button
      type="button"
      class="button"
      aria-disabled=${isOff}
      @click=${() => {
        if (!isOff) this.#turn(step);
      }}
    >
      ${label}
    </button>`;
    return html`<nav class="pager" aria-label=${words.label}>
      ${turn(-1, words.before, first === 0)}
      <span class="numbers" role="status">${words.place(formatCount(first + 1), formatCount(end), formatCount(count))}</span>
      ${turn(1, words.next, end === count)}
    </nav>`;
  }

  #turn(step: number): void {
    this.#page += step;
    this.#host.requestUpdate();
  }
}

export const listToolStyles = css`
  .pager {
    display: flex;
    gap: 12px;
    align-items: center;
    justify-content: center;
    margin-top: 12px;
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  .pager [aria-disabled="true"] {
    opacity: 0.55;
    cursor: default;
  }
`;
