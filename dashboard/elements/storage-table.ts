import { html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { formatCount, formatDuration, formatInstant } from "../data/format.ts";
import { deviceHref } from "../data/route.ts";
import { formatBytes } from "../data/sizes.ts";
import { type StorageOrder, type StorageRow, type StorageSort, spanOf, storageSorts } from "../data/storage-order.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { icons } from "./icons.ts";
import { coarseRowHeightPx, rowHeightPx, storageTableStyles } from "./storage-table-styles.ts";

/** Rows beyond the edges of what is seen, so that scrolling finds them there. */
const spareRows = 4;
const dayMs = 86_400_000;

const coarse = matchMedia("(pointer: coarse)");

/**
 * What each series takes, a row each; only the rows in sight exist. Fires `sort-chosen` with the column, `delete-wanted` with
 * the row, and `all-wanted` where a search found nothing.
 */
@customElement("storage-table")
export class StorageTable extends LitElement {
  static override styles = [baseStyles, buttonStyles, storageTableStyles];

  /** In order. */
  @property({ attribute: false }) rows: readonly StorageRow[] = [];
  @property({ attribute: false }) order!: StorageOrder;
  /** The hub's clock, ms. */
  @property({ attribute: false }) nowMs = 0;
  /** What is not among the rows, in words. */
  @property({ attribute: false }) others: string | undefined;
  @state() private firstRow = 0;
  @state() private rowsInSight = 24;
  @query(".scroller") private scroller!: HTMLElement | null;

  /** The row that Tab reaches: the one focused last. */
  #focused = 0;
  readonly #resized = new ResizeObserver(() => this.#look());

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  override firstUpdated(): void {
    if (this.scroller) this.#resized.observe(this.scroller);
  }

  override render() {
    const { rows } = this;
    const rowPx = heightOfRow();
    const first = Math.max(0, Math.min(this.firstRow, rows.length - this.rowsInSight) - spareRows);
    const shown = rows.slice(first, first + this.rowsInSight + 2 * spareRows);
    const tabbed = Math.max(first, Math.min(this.#focused, first + shown.length - 1));
    const mostBytes = rows.reduce((most, { entry }) => Math.max(most, entry.bytes), 1);
    return html`<div class="scroller" @scroll=${this.#look}>
      <div role="table" aria-label=${texts.storage.table} aria-rowcount=${rows.length + 1} @keydown=${this.#key}>
        <div role="rowgroup">
          <div role="row" class="head" aria-rowindex="1">
            ${storageSorts.map((column) => this.#head(column))}
            <div role="columnheader" class="act"><span class="hidden-text">${texts.storage.actions}</span></div>
          </div>
        </div>
        <div role="rowgroup" class="rows" .style=${`height: ${rows.length * rowPx}px`}>
          ${repeat(
            shown,
            ({ entry }) => entry.series,
            (row, index) => this.#row(row, first + index, first + index === tabbed, mostBytes),
          )}
        </div>
      </div>
      ${this.others === undefined ? nothing : html`<p class="others numbers">${this.others}</p>`}
      ${
        rows.length > 0
          ? nothing
          : html`<div class="nothing">
            <p role="status">${texts.storage.nothing(this.order.query)}</p>
            <button type="button" class="button" @click=${() => this.dispatchEvent(new CustomEvent("all-wanted"))}>
              ${texts.storage.all}
            </button>
          </div>`
      }
    </div>`;
  }

  #head(column: StorageSort) {
    const { sort: chosen, down } = this.order;
    const order = column !== chosen ? nothing : down ? "descending" : "ascending";
    return html`<div role="columnheader" class=${column} aria-sort=${order}>
      <button
        type="button"
        @click=${() => this.dispatchEvent(new CustomEvent<StorageSort>("sort-chosen", { detail: column }))}
      >
        ${texts.storage.columns[column]}${column === chosen ? html`<span aria-hidden="true">${down ? "↓" : "↑"}</span>` : nothing}
      </button>
    </div>`;
  }

  #row(row: StorageRow, at: number, tabbable: boolean, mostBytes: number) {
    const { entry, device, metric } = row;
    const { bytes, bytesPerDay, readings, firstTime } = entry;
    return html`<div role="row" class="row" .style=${`transform: translateY(${at * heightOfRow()}px)`} aria-rowindex=${at + 2}>
      <div role="cell" class="name">
        <a
          href=${deviceHref(entry.device)}
          data-row=${at}
          tabindex=${tabbable ? 0 : -1}
          title="${entry.device} ${entry.metric}"
          @focus=${() => {
            this.#focused = at;
          }}
          >${metric}<small>${device}</small></a
        >
      </div>
      <div role="cell" class="bytes numbers">
        ${formatBytes(bytes)}
        <div class="share" aria-hidden="true"><i .style=${`width: ${(100 * bytes) / mostBytes}%`}></i></div>
      </div>
      <div role="cell" class="perDay numbers">
        ${bytesPerDay === null ? html`<span class="none">${texts.storage.summary.unknown}</span>` : formatBytes(bytesPerDay)}
      </div>
      <div role="cell" class="readings numbers">${formatCount(readings)}</div>
      <div role="cell" class="oldest numbers">${formatInstant(firstTime, this.nowMs, dayMs)}</div>
      <div role="cell" class="span numbers">${formatDuration(spanOf(entry))}</div>
      <div role="cell" class="act">
        <button
          type="button"
          class="button icon"
          tabindex=${tabbable ? 0 : -1}
          aria-label=${texts.storage.deleteOf(`${device} ${metric}`)}
          title=${texts.storage.deleteOld}
          @click=${() => this.dispatchEvent(new CustomEvent<StorageRow>("delete-wanted", { detail: row }))}
        >
          ${icons.remove}
        </button>
      </div>
    </div>`;
  }

  /** Moves the focus to the row that had it, or the first. */
  focusFirst(): void {
    this.renderRoot.querySelector<HTMLElement>('a[tabindex="0"]')?.focus();
  }

  readonly #look = (): void => {
    const { scroller } = this;
    if (!scroller) return;
    this.firstRow = Math.floor(scroller.scrollTop / heightOfRow());
    this.rowsInSight = Math.ceil(scroller.clientHeight / heightOfRow()) + 1;
  };

  #key(event: KeyboardEvent): void {
    const page = Math.max(1, this.rowsInSight - 3);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const step = steps[event.key];
    const onRow = (event.composedPath()[0] as HTMLElement).matches("a");
    if (step === undefined || !onRow) return;
    event.preventDefault();
    void this.#focus(Math.max(0, Math.min(this.rows.length - 1, this.#focused + step)));
  }

  /** Moves the focus to a row, which may have to be scrolled into being first. */
  async #focus(row: number): Promise<void> {
    const { scroller } = this;
    if (!scroller) return;
    const rowPx = heightOfRow();
    const headPx = this.renderRoot.querySelector<HTMLElement>(".head")?.offsetHeight ?? 0;
    const top = row * rowPx;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + rowPx + headPx > scroller.scrollTop + scroller.clientHeight) {
      scroller.scrollTop = top + rowPx + headPx - scroller.clientHeight;
    }
    this.#focused = row;
    this.#look();
    this.requestUpdate();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`a[data-row="${row}"]`)?.focus();
  }
}

function heightOfRow(): number {
  return coarse.matches ? coarseRowHeightPx : rowHeightPx;
}

declare global {
  interface HTMLElementTagNameMap {
    "storage-table": StorageTable;
  }
}
