import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { AuditAnswer, AuditEntry } from "../../server/protocol/index.ts";
import { formatInstant } from "../data/format.ts";
import { texts } from "../texts/index.ts";
import { AccessPanel } from "./access-panel.ts";
import { icons } from "./icons.ts";
import { ageText } from "./values.ts";

/** Who changed what, the newest first; earlier entries on request. */
@customElement("access-audit")
export class AccessAudit extends AccessPanel<AuditAnswer> {
  static override styles = [
    AccessPanel.styles,
    css`
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 2px 12px;
        margin-top: 6px;
        font-size: var(--text-s);
      }
      dt {
        color: var(--text-muted);
      }
      dd {
        font-family: var(--font-mono);
        overflow-wrap: anywhere;
      }
      summary {
        display: inline-flex;
        align-items: center;
        min-height: 24px;
        color: var(--accent);
        font-size: var(--text-s);
        cursor: pointer;
      }
      @media (pointer: coarse) {
        summary {
          min-width: 44px;
          min-height: 44px;
        }
      }
      .when {
        flex: none;
        width: 132px;
        color: var(--text-muted);
        font-size: var(--text-s);
        align-self: start;
        padding-top: 2px;
      }
      @media (max-width: 720px) {
        .rows > li {
          flex-direction: column;
          align-items: stretch;
          gap: 0;
        }
        .when {
          width: auto;
        }
      }
    `,
  ];

  @state() private query = "";
  @state() private earlier: readonly AuditEntry[] = [];
  /** Where what is earlier still begins; null where there is none, undefined before any was asked for. */
  @state() private next: string | null | undefined;

  constructor() {
    super("audit?limit=100", 15_000);
  }

  protected override list(answer: AuditAnswer) {
    const words = texts.access.audit;
    const all = this.#all(answer);
    const query = this.query.trim().toLocaleLowerCase();
    const found = query === "" ? all : all.filter((entry) => wordsOf(entry).toLocaleLowerCase().includes(query));
    const next = this.next === undefined ? answer.next : this.next;
    return html`
      <p class="intro">${words.intro}</p>
      ${
        all.length === 0
          ? html`<div class="empty further"><strong>${words.none}</strong></div>`
          : html`<div class="bar">
                <label class="search">
                  ${icons.search}
                  <input
                    type="search"
                    placeholder=${words.search}
                    aria-label=${words.search}
                    .value=${this.query}
                    @input=${(event: Event) => {
                      this.query = (event.target as HTMLInputElement).value;
                    }}
                  />
                </label>
              </div>
              ${
                found.length === 0
                  ? html`<div class="empty"><span role="status">${texts.access.nothing(this.query)}</span></div>`
                  : html`<ul class="rows">
                      ${repeat(
                        found,
                        ({ number }) => number,
                        (entry) => this.#row(entry),
                      )}
                    </ul>`
              }`
      }
      ${
        next === null
          ? nothing
          : html`<button type="button" class="button further" @click=${() => this.#more(answer, next)}>${words.more}</button>`
      }
    `;
  }

  #row(entry: AuditEntry) {
    const { at, who, address, subject, details } = entry;
    const words = texts.access.audit;
    const now = this.nowMs;
    const told = Object.entries(details);
    return html`<li>
      <span class="when numbers" title=${ageText(at, now)}>${formatInstant(at, now)}</span>
      <div class="what">
        <div class="title">
          <span>${actionWords(entry)}</span>
          ${subject === "" ? nothing : html`<span class="devices">${subject}</span>`}
        </div>
        <div class="facts">${words.by(who === "" ? words.hub : who, address)}</div>
        ${
          told.length === 0
            ? nothing
            : html`<details>
                <summary>${words.details}</summary>
                <dl>${told.map(([name, value]) => html`<dt>${name}</dt><dd>${plain(value)}</dd>`)}</dl>
              </details>`
        }
      </div>
    </li>`;
  }

  /** Each entry once: the newest are asked for again and again, and what was the newest before stays. */
  #all(answer: AuditAnswer): readonly AuditEntry[] {
    const last = answer.entries.at(-1)?.number ?? 0;
    return [...answer.entries, ...this.earlier.filter(({ number }) => number < last)];
  }

  #more(answer: AuditAnswer, cursor: string): void {
    void this.order(async () => {
      const further = await this.hub.api.get<AuditAnswer>("audit", { params: { limit: 100, cursor } });
      const known = this.earlier.length === 0 ? answer.entries : this.earlier;
      this.earlier = [...known, ...further.entries];
      this.next = further.next;
      return "";
    });
  }
}

function actionWords({ action }: AuditEntry): string {
  const { did } = texts.access.audit;
  const known = Object.entries(did).find(([name]) => name === action.replace(/ByQuery$/, ""));
  return known?.[1] ?? action;
}

function wordsOf(entry: AuditEntry): string {
  return `${actionWords(entry)} ${entry.action} ${entry.who} ${entry.subject} ${entry.address} ${JSON.stringify(entry.details)}`;
}

function plain(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
