import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { StorageAnswer } from "../../server/protocol/index.ts";
import { CommandController, isTyping } from "../client/commands.ts";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import { rights } from "../client/rights.ts";
import { formatClock, formatNumber } from "../data/format.ts";
import { goInPlace, pageHref, type Route } from "../data/route.ts";
import { formatBytes } from "../data/sizes.ts";
import {
  firstDown,
  inOrder,
  rowsOf,
  type StorageOrder,
  type StorageRow,
  type StorageSort,
  storageSorts,
} from "../data/storage-order.ts";
import { focusedIn } from "../elements/focused-in.ts";
import { icons } from "../elements/icons.ts";
import { PollController } from "../elements/poll-controller.ts";
import "../elements/storage-summary.ts";
import "../elements/storage-table.ts";
import type { StorageAction } from "../elements/storage-table.ts";
import { baseStyles, buttonStyles, searchStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { type DialogClosed, loadDialog, type StorageDialog, storageDialog } from "./storage-dialogs.ts";

/** The hub looks through its data at most every 10 s. */
const everyMs = 15_000;
/** The largest so many series are listed; what the others take is told together. */
const mostRows = 5_000;

/** What the data takes on the disk, series by series, how long there is room, and deleting what is old. */
@customElement("storage-page")
export class StoragePage extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    searchStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 12px;
        max-width: 1280px;
        height: calc(100vh - var(--page-top) - var(--page-foot));
        height: calc(100dvh - var(--page-top) - var(--page-foot));
        min-height: 640px;
        margin: 0 auto;
        padding: 24px 16px 16px;
      }
      /* Nothing that is shown may look newer than it is. */
      :host([past]) {
        --value-text: var(--text-muted);
        --chart-opacity: 0.5;
      }
      .top,
      .bar {
        display: flex;
        flex-wrap: wrap;
        gap: 8px 16px;
        align-items: baseline;
      }
      h1 {
        font-size: var(--text-xl);
        font-weight: 650;
        letter-spacing: -0.01em;
      }
      .as-of {
        color: var(--warn);
        font-size: var(--text-s);
        font-weight: 600;
      }
      .trouble {
        padding: 12px 16px;
        border: 1px solid var(--warn-border);
        border-radius: var(--radius);
        background: var(--warn-ground);
        overflow-wrap: anywhere;
      }
      .bar {
        align-items: center;
      }
      .search {
        flex: 0 1 300px;
      }
      .count,
      .said {
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      .said {
        color: var(--text);
      }
      .count {
        margin-right: auto;
      }
      storage-table {
        flex: 1;
        min-height: 0;
      }
      .note {
        padding: 48px 0;
        color: var(--text-muted);
        text-align: center;
      }
      @media (max-width: 860px) {
        :host {
          min-height: 900px;
          padding: 12px;
        }
        .search {
          flex: 1 1 180px;
        }
        .bar {
          gap: 8px;
        }
        .bar .button {
          flex: 1 1 auto;
          padding: 0 8px;
        }
      }
      /* The buttons side by side, the count below them, above what it counts. */
      @media (max-width: 520px) {
        .search {
          flex-basis: 100%;
        }
        .count {
          flex: 1 0 100%;
          order: 1;
        }
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) route!: Route & { readonly page: "storage" };
  @state() private answer: StorageAnswer | undefined;
  @state() private dialog: StorageDialog | undefined;
  @state() private said = "";
  @query("input") private searchInput!: HTMLInputElement | null;
  @query("storage-table") private table!: HTMLElementTagNameMap["storage-table"] | null;

  #rows: readonly StorageRow[] = [];
  #ordered: { readonly key: string; readonly rows: readonly StorageRow[] } | undefined;
  #opener: HTMLElement | undefined;
  #wasOpen = false;

  readonly #poll = new PollController<StorageAnswer>(this, {
    hub: () => this.hub,
    path: `storage?limit=${mostRows}`,
    everyMs,
    answered: (answer) => {
      this.answer = answer;
      this.#rows = rowsOf(answer.series, this.hub.view);
      this.#ordered = undefined;
    },
  });

  constructor() {
    super();
    new Observer(this, () => this.hub?.client);
    new Observer(this, () => rights);
    // Names come after the answer, and change.
    new Observer(this, () => everySecond);
    new CommandController(this, {
      commands: () => [
        ...(rights.may("remove")
          ? [{ id: "storage:delete", title: texts.storage.deleteOld, run: () => this.#open(deleteAny) }]
          : []),
        ...(rights.may("settings")
          ? [{ id: "storage:policies", title: texts.storage.howLong, run: () => this.#open({ kind: "policies" }) }]
          : []),
      ],
      shortcuts: () => [{ keys: ["/"], does: texts.storage.search }],
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#key);
  }

  override willUpdate(): void {
    const rows = rowsOf(this.answer?.series ?? [], this.hub.view);
    const isNamed = ({ device, metric }: StorageRow, at: number) =>
      device === this.#rows[at]?.device && metric === this.#rows[at]?.metric;
    if (rows.every(isNamed)) return;
    this.#rows = rows;
    this.#ordered = undefined;
  }

  /** Nothing can be asked before the hub is there, and the next turn is far. */
  override updated(): void {
    const isOpen = this.hub.client.state.state === "open";
    if (isOpen && !this.#wasOpen) this.#poll.ask();
    this.#wasOpen = isOpen;
  }

  override render() {
    const { answer } = this;
    const { problem } = this.#poll;
    const isPast = answer !== undefined && this.#poll.isPast(answer.hubTime);
    this.toggleAttribute("past", isPast);
    return html`
      <div class="top">
        <h1>${texts.storage.heading}</h1>
        ${isPast && answer ? html`<span class="as-of numbers" role="status">${texts.asOf(formatClock(answer.hubTime))}</span>` : nothing}
        <span class="said" role="status">${this.said}</span>
      </div>
      ${problem === undefined ? nothing : html`<p class="trouble" role="status">${texts.storage.failed(problem)}</p>`}
      ${answer ? this.#page(answer) : problem === undefined ? html`<p class="note" role="status">${texts.storage.waiting}</p>` : nothing}
      ${answer && this.dialog ? storageDialog(this.dialog, this.hub, answer, this.#closed) : nothing}
    `;
  }

  #page(answer: StorageAnswer) {
    const order = this.#order();
    const rows = this.#inOrder(order);
    const { others } = answer;
    const all = this.#rows.length + others.series;
    return html`
      <storage-summary .answer=${answer} @budget-wanted=${() => this.#open({ kind: "budget" })}></storage-summary>
      ${
        all === 0
          ? html`<p class="note" role="status">${texts.storage.empty}</p>`
          : html`<div class="bar">
            <label class="search">
              ${icons.search}
              <input
                type="search"
                placeholder=${texts.storage.search}
                aria-label=${texts.storage.search}
                .value=${order.query}
                @input=${(event: Event) => this.#go({ ...order, query: (event.target as HTMLInputElement).value })}
                @keydown=${this.#searchKey}
              />
            </label>
            <span class="count numbers" role="status">
              ${texts.storage.count(formatNumber(rows.length, 0), formatBytes(rows.reduce((sum, { entry }) => sum + entry.bytes, 0)), rows.length === 1)}
            </span>
            ${
              rights.may("settings")
                ? html`<button type="button" class="button" @click=${() => this.#open({ kind: "policies" })}>${icons.clock}${texts.storage.howLong}</button>`
                : nothing
            }
            ${
              rights.may("remove")
                ? html`<button type="button" class="button delete" @click=${() => this.#open(deleteAny)}>${icons.remove}${texts.storage.deleteOld}</button>`
                : nothing
            }
          </div>
          <storage-table
            .rows=${rows}
            .order=${order}
            .nowMs=${answer.hubTime}
            .keeps=${[...answer.policies.map(({ keep }) => keep), answer.keep]}
            .others=${others.series === 0 ? undefined : texts.storage.others(formatNumber(others.series, 0), formatBytes(others.bytes))}
            @sort-chosen=${(event: CustomEvent<StorageSort>) => this.#sort(order, event.detail)}
            @action-chosen=${({ detail }: CustomEvent<StorageAction>) => this.#act(detail)}
            @all-wanted=${() => this.#go({ ...order, query: "" })}
          ></storage-table>`
      }
    `;
  }

  readonly #closed: DialogClosed = (said, stays) => {
    this.dialog = undefined;
    // The row of a series that was merged goes; the focus goes where its readings went.
    if (stays === undefined || !this.table?.focusSeries(stays)) this.#opener?.focus();
    if (said === undefined) return;
    this.said = said;
    this.#poll.ask();
  };

  #open(dialog: StorageDialog): void {
    this.said = "";
    this.#opener = focusedIn(this.renderRoot);
    void loadDialog(dialog).then(() => {
      this.dialog = dialog;
    });
  }

  #act({ id, row: { entry } }: StorageAction): void {
    if (id === "delete") {
      const { device, metric } = entry;
      this.#open({ kind: "delete", choice: { device, metric } });
      return;
    }
    // What went meanwhile has no name to change.
    const known = this.hub.view.devices.get(entry.device)?.series.get(entry.series);
    if (known) this.#open({ kind: id, entry: known.entry });
  }

  #order(): StorageOrder {
    const { params } = this.route;
    const sort = storageSorts.find((each) => each === params.get("sort")) ?? "bytes";
    const way = params.get("order");
    return { sort, down: way === null ? firstDown(sort) : way === "down", query: params.get("q") ?? "" };
  }

  #inOrder(order: StorageOrder): readonly StorageRow[] {
    const key = `${order.sort} ${order.down} ${order.query}`;
    if (this.#ordered?.key !== key) this.#ordered = { key, rows: inOrder(this.#rows, order) };
    return this.#ordered.rows;
  }

  #sort(order: StorageOrder, sort: StorageSort): void {
    this.#go({ ...order, sort, down: sort === order.sort ? !order.down : firstDown(sort) });
  }

  #go({ sort, down, query: words }: StorageOrder): void {
    goInPlace(
      pageHref("storage", {
        q: words === "" ? undefined : words,
        sort: sort === "bytes" ? undefined : sort,
        order: down === firstDown(sort) ? undefined : down ? "down" : "up",
      }),
    );
  }

  #searchKey(event: KeyboardEvent): void {
    if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    event.preventDefault();
    this.table?.focusFirst();
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    event.preventDefault();
    this.searchInput?.focus();
  };
}

const deleteAny: StorageDialog = { kind: "delete", choice: { device: "*", metric: "*" } };

declare global {
  interface HTMLElementTagNameMap {
    "storage-page": StoragePage;
  }
}
