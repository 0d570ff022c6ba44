import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { AuditAnswer, AuditEntry } from "../../server/protocol/index.ts";
import { AuditLog, together } from "../data/audit-log.ts";
import { formatCount, formatInstant } from "../data/format.ts";
import { texts } from "../texts/index.ts";
import { AccessPanel } from "./access-panel.ts";
import {
  type AuditSubject,
  auditSubjects,
  deedWords,
  detailWords,
  searchedWords,
  subjectOf,
  whoWords,
} from "./audit-words.ts";
import { ListTools, listToolStyles } from "./list-tools.ts";
import { ageText } from "./values.ts";

/** So many rows at once. */
const pageRows = 100;
/** So many earlier entries are asked for at once: one CSV may have left as many as ten thousand. */
const earlierAtOnce = 1_000;
/** A hole of more entries than so many pages is not filled: what was read before it goes. */
const mostHolePages = 20;

/** Who changed what, the newest first; earlier entries on request. */
@customElement("access-audit")
export class AccessAudit extends AccessPanel<AuditAnswer> {
  static override styles = [
    AccessPanel.styles,
    listToolStyles,
    css`
      .rows > li {
        display: grid;
        grid-template-columns: 128px minmax(0, 1fr);
        gap: 0 16px;
        align-items: baseline;
        min-height: 0;
        padding: 10px 16px;
      }
      .when {
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 0 8px;
        align-items: baseline;
        overflow-wrap: anywhere;
      }
      .line strong {
        font-weight: 600;
      }
      details {
        font-size: var(--text-s);
      }
      summary {
        display: flex;
        flex-wrap: wrap;
        gap: 0 12px;
        align-items: center;
        color: var(--text-muted);
        overflow-wrap: anywhere;
        cursor: pointer;
      }
      summary::marker,
      summary::-webkit-details-marker {
        display: none;
        content: "";
      }
      summary .open {
        color: var(--accent);
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 2px 12px;
        margin: 4px 0;
      }
      dt {
        color: var(--text-muted);
      }
      dd {
        overflow-wrap: anywhere;
      }
      .more {
        display: flex;
        flex-wrap: wrap;
        gap: 8px 12px;
        align-items: center;
        justify-content: center;
        margin-top: 12px;
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      @media (pointer: coarse) {
        summary {
          min-height: 44px;
        }
      }
      @media (max-width: 720px) {
        .rows > li {
          grid-template-columns: minmax(0, 1fr);
          padding-bottom: 4px;
        }
      }
    `,
  ];

  @state() private who: string | undefined;
  @state() private subject: AuditSubject | undefined;
  readonly #log = new AuditLog();
  readonly #tools = new ListTools(this, pageRows);
  /** What is found of the log by these, as long as they are the same: an entry more or less, and a word, are a second apart. */
  #found: { readonly of: readonly unknown[]; readonly rows: readonly (readonly AuditEntry[])[] } | undefined;

  constructor() {
    super("audit?limit=100", 15_000);
  }

  protected override told(answer: AuditAnswer): void {
    const hole = this.#log.newest(answer);
    if (hole !== undefined) void this.#fill(hole);
  }

  protected override list() {
    const words = texts.access.audit;
    const tools = this.#tools;
    const { entries, next } = this.#log;
    if (entries.length === 0)
      return html`<p class="intro">${words.intro}</p>
        <div class="empty further"><strong>${words.none}</strong></div>`;
    const rows = this.#rows(entries);
    const people = [...new Set(entries.map(({ who }) => who))].sort();
    return html`
      <p class="intro">${words.intro}</p>
      <div class="bar">
        ${tools.search(words.search)}
        ${tools.choice({
          label: words.anybody,
          chosen: this.who,
          keys: people,
          words: (who) => whoWords({ who }),
          choose: (who) => {
            this.who = who;
          },
        })}
        ${tools.choice({
          label: words.anything,
          chosen: this.subject,
          keys: auditSubjects,
          words: (subject) => words.subjects[subject],
          choose: (subject) => {
            this.subject = subject;
          },
        })}
      </div>
      ${
        rows.length === 0
          ? tools.nothing(words.noneSuch, () => {
              this.who = undefined;
              this.subject = undefined;
            })
          : html`<ul class="rows">
                ${repeat(
                  tools.shown(rows),
                  ([entry]) => entry?.number,
                  (row) => this.#row(row),
                )}
              </ul>
              ${tools.pager(rows.length)}`
      }
      <div class="more">
        <span class="numbers">${words.loaded(formatCount(entries.length), entries.length === 1)}</span>
        ${next === null ? nothing : html`<button type="button" class="button" @click=${() => this.#more(next)}>${words.more}</button>`}
      </div>
    `;
  }

  #rows(entries: readonly AuditEntry[]): readonly (readonly AuditEntry[])[] {
    const { query } = this.#tools;
    const of = [entries, query, this.who, this.subject, texts];
    if (this.#found?.of.every((each, index) => each === of[index])) return this.#found.rows;
    const now = this.nowMs;
    const found = entries.filter(
      (entry) =>
        (this.who === undefined || entry.who === this.who) &&
        (this.subject === undefined || subjectOf(entry) === this.subject) &&
        (query === "" || searchedWords(entry, now).includes(query)),
    );
    this.#found = { of, rows: together(found) };
    return this.#found.rows;
  }

  #row(row: readonly AuditEntry[]) {
    const [entry] = row;
    if (!entry) return nothing;
    const words = texts.access.audit;
    const now = this.nowMs;
    const { at, address, subject } = entry;
    const told = row.length === 1 ? detailWords(entry, now) : [];
    const by = words.by(whoWords(entry), address);
    return html`<li>
      <span class="when numbers" title=${ageText(at, now)}>${formatInstant(at, now)}</span>
      <div class="what">
        <div class="line">
          <strong>${deedWords(entry)}</strong>
          ${
            row.length > 1
              ? html`<span class="numbers">${words.times(formatCount(row.length))}</span>`
              : subject === ""
                ? nothing
                : html`<span class="devices">${subject}</span>`
          }
        </div>
        ${
          row.length === 1 && told.length === 0
            ? html`<div class="facts">${by}</div>`
            : html`<details>
                <summary><span>${by}</span><span class="open">${row.length > 1 ? words.all : words.details}</span></summary>
                ${
                  row.length > 1
                    ? html`<p class="devices">${row.map((each) => each.subject).join(", ")}</p>`
                    : html`<dl>${told.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
                }
              </details>`
        }
      </div>
    </li>`;
  }

  /** More came since the last look than one page holds. */
  async #fill(hole: string): Promise<void> {
    let at: string | undefined = hole;
    try {
      for (let pages = 0; at !== undefined; pages += 1) {
        if (pages === mostHolePages) throw new RangeError("too much came meanwhile");
        at = this.#log.between(await this.#page(at, { quiet: true }));
      }
      this.requestUpdate();
    } catch {
      this.#log.drop();
      this.again();
    }
  }

  #more(cursor: string): void {
    void this.order(async () => {
      this.#log.earlier(cursor, await this.#page(cursor, {}));
      return "";
    });
  }

  #page(cursor: string, options: { readonly quiet?: boolean }): Promise<AuditAnswer> {
    return this.hub.api.get<AuditAnswer>("audit", { params: { limit: earlierAtOnce, cursor }, ...options });
  }
}
