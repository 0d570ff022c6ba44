import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { HubClient } from "../client/hub-client.ts";
import type { DeviceView, HubView } from "../client/hub-view.ts";
import { rights } from "../client/rights.ts";
import { formatCount } from "../data/format.ts";
import { baseStyles, buttonStyles, dotStyles, searchStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { ChosenDevices, type DeviceFilter, type DeviceSort } from "./device-order.ts";
import { deviceRow, rowHeight, rowStyles } from "./device-row.ts";
import { icons } from "./icons.ts";

/** Rows kept beyond the edges of what is seen, so that scrolling finds them there. */
const spareRows = 6;

const filters: readonly DeviceFilter[] = ["all", "online", "silent", "offline"];
const sorts: readonly DeviceSort[] = ["name", "state", "seen"];

/** All devices with their newest values; only the rows in sight exist, so that thousands cost as much as twenty. */
@customElement("device-list")
export class DeviceList extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    dotStyles,
    searchStyles,
    rowStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 0;
        background: var(--surface);
      }
      .tools {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 8px;
        padding: 12px;
        border-bottom: 1px solid var(--border);
      }
      .line {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      h2 {
        font-size: var(--text-m);
        font-weight: 650;
      }
      .line .button {
        margin-left: auto;
      }
      .choices {
        display: flex;
      }
      .choices button {
        flex: 1 1 auto;
        gap: 5px;
        padding: 0 4px;
        font-size: var(--text-xs);
      }
      .sort {
        display: flex;
        align-items: center;
        gap: 4px;
        margin-left: auto;
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      select {
        height: var(--control-height-s);
        border: 0;
        border-radius: var(--radius-s);
        background: var(--surface);
        color: var(--text);
        font-size: var(--text-s);
        font-weight: 550;
        cursor: pointer;
      }
      .scroller {
        /* Hidden words are placed absolutely: without this they lie in the page itself, and make it as long as the list. */
        position: relative;
        flex: 1;
        min-height: 0;
        overflow-y: auto;
        overscroll-behavior: contain;
      }
      .nothing {
        display: grid;
        justify-items: start;
        gap: 12px;
        padding: 24px 16px;
        color: var(--text-muted);
        font-size: var(--text-s);
      }
    `,
  ];

  @property({ attribute: false }) client!: HubClient;
  @property({ attribute: false }) view!: HubView;
  @property() selected: string | undefined;
  @state() private search = "";
  @state() private filter: DeviceFilter = "all";
  @state() private sort: DeviceSort = "name";
  @state() private firstRow = 0;
  @state() private rowsInSight = 20;
  @query(".scroller") private scroller!: HTMLElement;

  readonly #chosen = new ChosenDevices();
  #shown: readonly DeviceView[] = [];
  /** The row that Tab reaches: the last one focused. */
  #focusRow = 0;
  /** The open device that was brought into sight: once each, for then the list is the person's to scroll. */
  #broughtInSight: string | undefined;
  readonly #resized = new ResizeObserver(() => this.#look());

  constructor() {
    super();
    new Observer(this, () => rights);
    new Observer(this, () => this.view);
    new Observer(this, () => this.client);
    new Observer(this, () => everySecond);
  }

  override firstUpdated(): void {
    this.#resized.observe(this.scroller);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  override updated(): void {
    if (this.selected === this.#broughtInSight || this.scroller.clientHeight === 0) return;
    const row = this.#shown.findIndex(({ entry }) => entry.device === this.selected);
    // A link may lead to a device before the hub has told of it.
    if (row < 0) return;
    this.#broughtInSight = this.selected;
    this.#bringInSight(row, 1);
  }

  override render() {
    const { view, search, filter, sort } = this;
    this.#shown = this.#chosen.of(view, { query: search, filter, sort }, this.client.now());
    const counts = view.counts();
    const countOf = (each: DeviceFilter) => (each === "all" ? counts.devices : counts[each]);
    const nameOf = (each: DeviceFilter) => (each === "all" ? texts.list.all : texts.presence[each]);
    return html`
      <div class="tools">
        <div class="line">
          <h2>${texts.list.heading}</h2>
          <label class="sort">
            ${texts.list.sort}
            <select @change=${(event: Event) => this.#sortBy((event.target as HTMLSelectElement).value as DeviceSort)}>
              ${sorts.map((key) => html`<option value=${key} ?selected=${key === sort}>${texts.list.sorts[key]}</option>`)}
            </select>
          </label>
          ${
            rights.may("send") || rights.may("admit")
              ? html`<a class="button icon" href="#/connect" aria-label=${texts.list.connect} title=${texts.list.connect}>${icons.plus}</a>`
              : nothing
          }
        </div>
        <label class="search">
          ${icons.search}
          <span class="hidden-text">${texts.list.search}</span>
          <input
            type="search"
            placeholder=${texts.list.searchHint}
            .value=${search}
            @input=${(event: Event) => this.#find((event.target as HTMLInputElement).value)}
            @keydown=${(event: KeyboardEvent) => this.#searchKey(event)}
          />
        </label>
        <div class="choices" role="group" aria-label=${texts.list.filter}>
          ${filters.map(
            (each) => html`<button
              type="button"
              aria-pressed=${filter === each}
              @click=${() => this.#show(each)}
            >
              ${each === "all" ? nothing : html`<span class="dot ${each}"></span>`}${nameOf(each)}
              <span class="numbers">${formatCount(countOf(each))}</span>
            </button>`,
          )}
        </div>
      </div>
      <div class="scroller" @scroll=${() => this.#look()}>${this.#rows()}</div>
    `;
  }

  #rows() {
    const shown = this.#shown;
    if (shown.length === 0) return this.#nothing();
    const first = Math.max(0, Math.min(this.firstRow, shown.length - this.rowsInSight) - spareRows);
    const end = Math.min(shown.length, first + this.rowsInSight + 2 * spareRows);
    const above = first * rowHeight;
    const below = (shown.length - end) * rowHeight;
    const now = this.client.now();
    const tabRow = this.#tabRow(first, end);
    return html`<ul
      .style=${`padding: ${above}px 0 ${below}px`}
      aria-label=${texts.list.heading}
      @keydown=${(event: KeyboardEvent) => this.#listKey(event)}
    >
      ${shown.slice(first, end).map((device, index) =>
        deviceRow(device, {
          nowMs: now,
          selected: device.entry.device === this.selected,
          position: first + index + 1,
          total: shown.length,
          tabbable: first + index === tabRow,
          focused: () => {
            this.#focusRow = first + index;
          },
        }),
      )}
    </ul>`;
  }

  #nothing() {
    if (!this.view.complete) return html`<p class="nothing">${texts.list.loading}</p>`;
    const why =
      this.search !== "" || this.filter === "all"
        ? texts.list.nothing(this.search)
        : texts.list.nothingInState(texts.presence[this.filter]);
    return html`<div class="nothing">
      <p>${why}</p>
      <button type="button" class="button" @click=${() => this.#clear()}>${texts.list.clear}</button>
    </div>`;
  }

  /** One row of those that exist must be reachable by Tab. */
  #tabRow(first: number, end: number): number {
    const selected = this.#shown.findIndex(({ entry }) => entry.device === this.selected);
    for (const row of [this.#focusRow, selected]) if (row >= first && row < end) return row;
    return first;
  }

  #look(): void {
    this.firstRow = Math.floor(this.scroller.scrollTop / rowHeight);
    this.rowsInSight = Math.ceil(this.scroller.clientHeight / rowHeight) + 1;
  }

  #find(search: string): void {
    this.search = search;
    this.#toTop();
  }

  #show(filter: DeviceFilter): void {
    this.filter = filter;
    this.#toTop();
  }

  #sortBy(sort: DeviceSort): void {
    this.sort = sort;
    this.#toTop();
  }

  #clear(): void {
    this.search = "";
    this.#show("all");
  }

  #toTop(): void {
    this.#focusRow = 0;
    this.scroller.scrollTop = 0;
  }

  #searchKey(event: KeyboardEvent): void {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      void this.#focus(0);
    } else if (event.key === "Escape" && this.search !== "") this.#find("");
  }

  #listKey(event: KeyboardEvent): void {
    const page = Math.max(1, this.rowsInSight - 2);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    void this.#focus(Math.max(0, Math.min(this.#shown.length - 1, this.#focusRow + step)));
  }

  /** Moves the focus to a row, which may have to be scrolled into being first. */
  async #focus(row: number): Promise<void> {
    const device = this.#shown[row];
    if (!device) return;
    this.#bringInSight(row);
    this.#focusRow = row;
    this.requestUpdate();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[data-row="${row + 1}"]`)?.focus({ preventScroll: true });
  }

  /** Scrolls the list, and nothing around it, with so many rows beyond it where there are any. */
  #bringInSight(row: number, beyond = 0): void {
    const { scroller } = this;
    const top = (row - beyond) * rowHeight;
    const bottom = (row + 1 + beyond) * rowHeight;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (bottom > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = bottom - scroller.clientHeight;
    this.#look();
  }
}
