import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { StorageAnswer } from "../../server/protocol/index.ts";
import { rights } from "../client/rights.ts";
import { formatDuration, formatInstant, formatNumber, formatShare } from "../data/format.ts";
import { formatBytes } from "../data/sizes.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";

const dayMs = 86_400_000;
/** Nobody plans further ahead than this, ms. */
const farMs = 10 * 365.25 * dayMs;
/** Beyond this part of the budget a person should know that readings will go. */
const nearShare = 0.9;

/** What all data takes against its budget, what a day adds, how long there is room, and what went. Fires `budget-wanted`. */
@customElement("storage-summary")
export class StorageSummary extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        display: block;
        padding: 16px;
        border: 1px solid var(--border);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
      }
      .used {
        display: flex;
        gap: 0 8px;
        align-items: baseline;
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      .used > :not(span) {
        flex: none;
      }
      .flag {
        white-space: nowrap;
      }
      .used strong {
        color: var(--value-text, var(--text));
        font-size: var(--text-xl);
        font-weight: 650;
        letter-spacing: -0.01em;
      }
      .bar {
        height: 8px;
        margin: 8px 0 12px;
        overflow: hidden;
        border-radius: 4px;
        background: var(--code-ground);
      }
      .bar span {
        display: block;
        height: 100%;
        min-width: 3px;
        border-radius: 4px;
        background: var(--trace-1);
        opacity: var(--chart-opacity, 1);
      }
      .bar.near span {
        background: var(--warn);
      }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
        gap: 12px 24px;
      }
      dt {
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      dd {
        color: var(--value-text, var(--text));
        font-weight: 600;
      }
      dd small {
        display: block;
        color: var(--text-muted);
        font-size: var(--text-xs);
        font-weight: 400;
      }
      .used .button {
        align-self: center;
        margin-left: auto;
      }
      .aged {
        margin-top: 12px;
        color: var(--text-muted);
        font-size: var(--text-s);
        overflow-wrap: anywhere;
      }
      .refused {
        margin-bottom: 12px;
        padding: 8px 12px;
        border: 1px solid var(--alarm);
        border-radius: var(--radius-s);
        font-size: var(--text-s);
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .went {
        margin-top: 12px;
        padding: 8px 12px;
        border: 1px solid var(--warn-border);
        border-radius: var(--radius-s);
        background: var(--warn-ground);
        font-size: var(--text-s);
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) answer!: StorageAnswer;

  override render() {
    const { used, journal, budget, budgetByFlag, diskFree, minFree, thinned, aged, hubTime } = this.answer;
    const { summary } = texts.storage;
    const share = budget === null ? used / Math.max(1, used + diskFree) : used / budget;
    const near = budget !== null && share > nearShare;
    const isFull = diskFree < Math.max(1, minFree);
    return html`
      <p class="used numbers">
        <strong>${formatBytes(used)}</strong>
        <span>
          ${flagsWhole(
            budget === null
              ? summary.noBudget("--budget")
              : summary.ofBudget(formatBytes(budget), formatShare(Math.min(1, share)), "--budget"),
          )}
        </span>
        ${
          budgetByFlag || !rights.may("settings")
            ? nothing
            : html`<button type="button" class="button" @click=${() => this.dispatchEvent(new CustomEvent("budget-wanted"))}>
              ${texts.storage.setBudget}
            </button>`
        }
      </p>
      <div class="bar ${near ? "near" : ""}" aria-hidden="true">
        <span .style=${`width: ${Math.min(100, 100 * share)}%`}></span>
      </div>
      ${
        isFull
          ? html`<p class="refused numbers" role="alert">
              ${flagsWhole(summary.refused(formatBytes(diskFree), formatBytes(minFree), "--min-free"))}
            </p>`
          : nothing
      }
      <dl class="numbers">
        ${this.#fact(summary.perDay, ...this.#perDay())}
        ${this.#fact(summary.left, ...this.#left())}
        ${this.#fact(summary.journal, formatBytes(journal), summary.journalIs)}
        ${isFull ? nothing : this.#fact(summary.diskFree, formatBytes(diskFree), summary.minFree(formatBytes(minFree), "--min-free"))}
      </dl>
      ${
        thinned
          ? html`<p class="went" role="status">
              ${summary.went(formatNumber(thinned.readings, 0), formatInstant(thinned.through, hubTime))}
              ${thinned.lost === 0 ? summary.hoursStay : summary.lost(formatNumber(thinned.lost, 0))}
            </p>`
          : nothing
      }
      ${
        aged?.from == null || aged.through === null
          ? nothing
          : html`<p class="aged">
              ${summary.aged(formatNumber(aged.readings, 0), formatInstant(aged.from, hubTime), formatInstant(aged.through, hubTime))}
              ${aged.lost === 0 ? texts.storage.agedHoursStay : texts.storage.agedLost(formatNumber(aged.lost, 0))}
            </p>`
      }
    `;
  }

  #fact(name: string, value: string, note?: string) {
    return html`<div><dt>${name}</dt><dd>${value}${note === undefined ? nothing : html`<small>${flagsWhole(note)}</small>`}</dd></div>`;
  }

  #perDay(): [value: string, note?: string] {
    const { bytesPerDay } = this.answer;
    const { summary } = texts.storage;
    return bytesPerDay === null ? [summary.unknown, summary.unknownYet] : [formatBytes(bytesPerDay), summary.perDayHow];
  }

  #left(): [value: string, note?: string] {
    const { bytesPerDay, daysLeft, budget, thinned } = this.answer;
    const { summary } = texts.storage;
    const then = budget === null ? summary.thenRefused : summary.thenThinned;
    if (thinned) return [summary.full, summary.goNow];
    if (bytesPerDay === null) return [summary.unknown, then];
    if (daysLeft === null) return [summary.noEnd, summary.notGrowing];
    const leftMs = daysLeft * dayMs;
    return [leftMs > farMs ? summary.over(formatDuration(farMs)) : summary.about(formatDuration(leftMs)), then];
  }
}

/** Words with a flag in them, such as `--min-free`, which no line breaks in two. */
function flagsWhole(words: string) {
  return words
    .split(/(--[a-z-]+)/)
    .map((part, index) => (index % 2 === 1 ? html`<span class="flag">${part}</span>` : part));
}

declare global {
  interface HTMLElementTagNameMap {
    "storage-summary": StorageSummary;
  }
}
