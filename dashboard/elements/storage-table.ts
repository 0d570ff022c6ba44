import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { rights } from "../client/rights.ts";
import { formatCount, formatDuration, formatInstant } from "../data/format.ts";
import { deviceHref } from "../data/route.ts";
import { formatBytes } from "../data/sizes.ts";
import { type StorageOrder, type StorageRow, type StorageSort, spanOf, storageSorts } from "../data/storage-order.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import "./action-menu.ts";
import type { MenuAction } from "./action-menu.ts";
import { icons } from "./icons.ts";
import { rowTableStyles } from "./row-table-styles.ts";
import { RowsInSight } from "./rows-in-sight.ts";
import { storageRowHeights, storageTableStyles } from "./storage-table-styles.ts";

const dayMs = 86_400_000;

/** What somebody wants to do with a series. */
export interface StorageAction {
  readonly id: "rename" | "merge" | "delete";
  readonly row: StorageRow;
}

/**
 * What each series takes, a row each; only the rows in sight exist. Fires `sort-chosen` with the column, `action-chosen` with
 * a `StorageAction`, and `all-wanted` where a search found nothing.
 */
@customElement("storage-table")
export class StorageTable extends LitElement {
  static override styles = [baseStyles, buttonStyles, rowTableStyles(storageRowHeights), storageTableStyles];

  /** In order. */
  @property({ attribute: false }) rows: readonly StorageRow[] = [];
  @property({ attribute: false }) order!: StorageOrder;
  /** The hub's clock, ms. */
  @property({ attribute: false }) nowMs = 0;
  /** What is not among the rows, in words. */
  @property({ attribute: false }) others: string | undefined;
  /** How long what is kept: by each policy in order, and by none of them, the last. */
  @property({ attribute: false }) keeps: readonly string[] = [];

  /** The row that Tab reaches: the one focused last. */
  #focused = 0;
  /** Rows changed while one of them had the focus: it may be gone, or lose the focus as it moves. */
  #hadFocus = false;
  readonly #inSight = new RowsInSight(this, storageRowHeights, {
    count: () => this.rows.length,
    focused: () => this.#focused,
    focus: (row) => {
      this.#focused = row;
    },
  });

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("rows")) return;
    this.#hadFocus = this.shadowRoot?.activeElement?.closest(".row") != null;
    const focused = changed.get("rows")?.[this.#focused]?.entry.series;
    const at = this.rows.findIndex(({ entry }) => entry.series === focused);
    this.#focused = at >= 0 ? at : Math.max(0, Math.min(this.#focused, this.rows.length - 1));
  }

  override updated(): void {
    if (!this.#hadFocus) return;
    this.#hadFocus = false;
    if (this.shadowRoot?.activeElement) return;
    const { renderRoot } = this;
    const next =
      renderRoot.querySelector<HTMLElement>('a[tabindex="0"]') ?? renderRoot.querySelector(".nothing button");
    (next as HTMLElement | null)?.focus({ preventScroll: true });
  }

  override render() {
    const { rows } = this;
    const { rowPx, look, key } = this.#inSight;
    const [first, end] = this.#inSight.range;
    const tabbed = Math.max(first, Math.min(this.#focused, end - 1));
    const actions = allowedActions();
    const mostBytes = rows.reduce((most, { entry }) => Math.max(most, entry.bytes), 1);
    return html`<div class="scroller" @scroll=${look}>
      <div role="table" aria-label=${texts.storage.table} aria-rowcount=${rows.length + 1} @keydown=${key}>
        <div role="rowgroup">
          <div role="row" class="head" aria-rowindex="1">
            ${storageSorts.map((column) => this.#head(column))}
            <div role="columnheader" class="kept">${texts.storage.kept}</div>
            <div role="columnheader" class="act"><span class="hidden-text">${texts.storage.actions}</span></div>
          </div>
        </div>
        <div role="rowgroup" class="rows" .style=${`height: ${rows.length * rowPx}px`}>
          ${repeat(
            rows.slice(first, end),
            ({ entry }) => entry.series,
            (row, index) => this.#row(row, first + index, first + index === tabbed, mostBytes, actions),
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

  #row(row: StorageRow, at: number, tabbable: boolean, mostBytes: number, actions: readonly MenuAction[]) {
    const { entry, device, metric } = row;
    const { bytes, bytesPerDay, readings, firstTime, policy } = entry;
    const keep = this.keeps.at(policy ?? -1) ?? "";
    return html`<div role="row" class="row" .style=${`transform: translateY(${at * this.#inSight.rowPx}px)`} aria-rowindex=${at + 2}>
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
      <div role="cell" class="kept" title=${keep}>${keep === "forever" ? texts.storage.forEver : keep}</div>
      <div role="cell" class="act">
        ${
          actions.length === 0
            ? nothing
            : html`<action-menu
                .label=${texts.deviceMenu.label(`${device} ${metric}`)}
                .actions=${actions}
                .tabbable=${tabbable}
                @action-chosen=${({ detail: id }: CustomEvent<StorageAction["id"]>) =>
                  this.dispatchEvent(new CustomEvent<StorageAction>("action-chosen", { detail: { id, row } }))}
              ></action-menu>`
        }
      </div>
    </div>`;
  }

  focusFirst(): void {
    this.#inSight.focusFirst();
  }

  /** Moves the focus to the row of a series; false where it has none here. */
  focusSeries(series: number): boolean {
    const at = this.rows.findIndex(({ entry }) => entry.series === series);
    if (at >= 0) void this.#inSight.moveTo(at);
    return at >= 0;
  }
}

/** In the present language, those that whoever sits here may do. */
function allowedActions(): MenuAction[] {
  const { rename, merge } = texts.deviceMenu;
  const edits = [
    { id: "rename", label: rename, icon: icons.edit },
    { id: "merge", label: merge, icon: icons.overlay },
  ];
  const removal = { id: "delete", label: texts.storage.deleteOld, icon: icons.remove, removes: true };
  return [...(rights.may("edit") ? edits : []), ...(rights.may("remove") ? [removal] : [])];
}

declare global {
  interface HTMLElementTagNameMap {
    "storage-table": StorageTable;
  }
}
