import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { StatusAnswer } from "../../server/protocol/index.ts";
import { formatDuration } from "../data/format.ts";
import { pageHref } from "../data/route.ts";
import { formatBytes, formatLimit } from "../data/sizes.ts";
import { growthLeastMs, growthOf, journalFills } from "../data/status-growth.ts";
import { type StatusHistory, storedBytes } from "../data/status-history.ts";
import { flags, type Level, levelsOf } from "../data/status-limits.ts";
import { baseStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";

interface Part {
  readonly key: string;
  readonly label: string;
  readonly bytes: number;
  /** What bounds it, in words. */
  readonly bound: string | undefined;
  readonly level: Level;
}

/** What the data takes, by part, and how fast it grows. */
@customElement("status-storage")
export class StatusStorage extends LitElement {
  static override styles = [
    baseStyles,
    css`
      .bar {
        display: flex;
        gap: 2px;
        height: 12px;
        margin: 8px 0 12px;
        overflow: hidden;
        border-radius: var(--radius-s);
        background: var(--code-ground);
      }
      .bar span {
        min-width: 2px;
      }
      .bar,
      li i {
        opacity: var(--chart-opacity, 1);
      }
      /* Colours of lines: those of states say something, and are greyed where nothing is known. */
      .chunks {
        background: var(--trace-1);
      }
      .journal {
        background: var(--trace-3);
      }
      .wal {
        background: var(--idle);
      }
      li {
        display: grid;
        grid-template-columns: 10px minmax(0, 1fr) auto;
        align-items: baseline;
        gap: 0 8px;
        padding: 6px 0;
        font-size: var(--text-s);
      }
      li + li {
        border-top: 1px solid var(--border);
      }
      li i {
        align-self: center;
        width: 10px;
        height: 10px;
        border-radius: 2px;
      }
      small {
        grid-column: 2 / span 2;
        color: var(--text-muted);
        font-size: var(--text-xs);
      }
      small.warn {
        color: var(--warn);
      }
      small.alarm {
        color: var(--alarm);
      }
      b {
        color: var(--value-text, var(--text));
        font-weight: 600;
      }
      p {
        margin-top: 8px;
        color: var(--text-muted);
        font-size: var(--text-s);
      }
    `,
  ];

  @property({ attribute: false }) status!: StatusAnswer;
  @property({ attribute: false }) history!: StatusHistory;

  override render() {
    const { storage } = texts.hub;
    const { store } = this.status;
    const total = storedBytes(store);
    const parts = partsOf(this.status);
    // Memory is no part of what lies on disk.
    const onDisk = parts.filter(({ key }) => key !== "heads");
    return html`
      <div class="bar" aria-hidden="true">
        ${onDisk.map(({ key, bytes }) => html`<span class=${key} .style=${`width: ${(100 * bytes) / Math.max(1, total)}%`}></span>`)}
      </div>
      <ul class="numbers" aria-label=${storage.parts}>
        ${parts.map(
          ({ key, label, bytes, bound, level }) => html`<li>
            <i class=${key}></i><span>${label}</span><b>${formatBytes(bytes)}</b>
            ${bound === undefined ? nothing : html`<small class=${level}>${bound}</small>`}
          </li>`,
        )}
        <li>
          <i></i><span>${storage.total}</span><b>${formatBytes(total)}</b>
          ${store.budgetBytes === null ? nothing : html`<small>${storage.budget(formatBytes(store.budgetBytes), "--budget")}</small>`}
        </li>
      </ul>
      <p class="numbers">${this.#growth()} <a href=${pageHref("storage")}>${storage.bySeries}</a></p>
    `;
  }

  #growth(): string {
    const { storage } = texts.hub;
    const growth = growthOf(this.history.trace("stored"));
    if (!growth) return storage.learning(formatDuration(growthLeastMs));
    const span = formatDuration(growth.spanMs);
    if (growth.bytesPerDay <= 0) return storage.stands(span);
    const text = journalFills(this.status) ? storage.growsYet : storage.grows;
    return text(formatBytes(growth.bytesPerDay), span);
  }
}

function partsOf(status: StatusAnswer): Part[] {
  const { storage } = texts.hub;
  const { store, limits } = status;
  const bound = (
    text: (limit: string, flag: string) => string,
    name: "journalBudgetBytes" | "headBudgetBytes" | "walAlarmBytes",
  ) => {
    const limit = limits[name];
    return limit === undefined ? undefined : text(formatLimit(limit), flags[name]);
  };
  const chunks = Math.max(0, store.bytes - store.journalBytes);
  // Journal and memory are meant to fill up to their budgets: that is no trouble.
  return [
    { key: "chunks", label: storage.chunks, bytes: chunks, bound: undefined, level: "ok" },
    {
      ...{ key: "journal", label: storage.journal, bytes: store.journalBytes, level: "ok" },
      bound: bound(storage.of, "journalBudgetBytes"),
    },
    {
      ...{ key: "wal", label: storage.wal, bytes: store.walBytes, level: levelsOf(status).wal },
      bound: bound(storage.alarmAt, "walAlarmBytes"),
    },
    {
      ...{ key: "heads", label: storage.heads, bytes: store.headBytes, level: "ok" },
      bound: bound(storage.of, "headBudgetBytes"),
    },
  ];
}
