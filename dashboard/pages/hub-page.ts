import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { StatusAnswer } from "../../server/protocol/index.ts";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import { formatClock, formatCount, formatDuration, formatInstant } from "../data/format.ts";
import { StatusHistory, statusEveryMs } from "../data/status-history.ts";
import { flags, levelsOf } from "../data/status-limits.ts";
import { PollController } from "../elements/poll-controller.ts";
import "../elements/status-card.ts";
import { statusCards } from "../elements/status-facts.ts";
import "../elements/status-storage.ts";
import { baseStyles, dotStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";

/** Lives on while a person looks at other pages: what was seen before is still there when he comes back. */
const history = new StatusHistory();

/** How the hub itself is: its figures as live charts, what bounds them, what its data takes. */
@customElement("hub-page")
export class HubPage extends LitElement {
  static override styles = [
    baseStyles,
    dotStyles,
    css`
      :host {
        display: block;
        max-width: 1640px;
        margin: 0 auto;
        padding: 24px 16px 64px;
      }
      /* Nothing that is shown may look newer than it is. */
      :host([past]) {
        --value-text: var(--text-muted);
        --ok: var(--idle);
        --chart-opacity: 0.5;
      }
      .as-of {
        color: var(--warn);
        font-size: var(--text-s);
        font-weight: 600;
      }
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 4px 16px;
        margin-bottom: 4px;
      }
      h1 {
        font-size: var(--text-xl);
        font-weight: 650;
        letter-spacing: -0.01em;
      }
      .muted {
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      .health {
        display: inline-flex;
        align-items: center;
        gap: 8px;
        font-size: var(--text-s);
        font-weight: 600;
      }
      .trouble {
        margin-bottom: 16px;
        padding: 12px 16px;
        border: 1px solid var(--warn-border);
        border-radius: var(--radius);
        background: var(--warn-ground);
        overflow-wrap: anywhere;
      }
      .cards {
        display: grid;
        margin-top: 8px;
        grid-template-columns: minmax(0, 1fr);
        gap: 12px;
      }
      /* Eight cards: no row is left half empty. */
      @media (min-width: 680px) {
        .cards {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
      }
      @media (min-width: 1120px) {
        .cards {
          grid-template-columns: repeat(4, minmax(0, 1fr));
        }
      }
      .below {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr));
        gap: 12px;
        margin-top: 12px;
      }
      .panel {
        padding: 12px 16px;
        border: 1px solid var(--border);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow);
      }
      h2 {
        font-size: var(--text-m);
        font-weight: 600;
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        margin-top: 4px;
        font-size: var(--text-s);
      }
      dt,
      dd {
        padding: 6px 0;
        border-bottom: 1px solid var(--border);
      }
      dt:last-of-type,
      dd:last-of-type {
        border-bottom: 0;
      }
      dt {
        padding-right: 24px;
        color: var(--text-muted);
      }
      dd {
        color: var(--value-text, var(--text));
        overflow-wrap: anywhere;
        text-align: right;
      }
      dd.warn {
        color: var(--warn);
      }
      dd.alarm {
        color: var(--alarm);
      }
      .note {
        padding: 48px 0;
        color: var(--text-muted);
        text-align: center;
      }
    `,
  ];

  @property({ attribute: false }) hub!: Hub;

  readonly #poll = new PollController<StatusAnswer>(this, {
    hub: () => this.hub,
    path: "status",
    everyMs: statusEveryMs,
    answered: (status) => history.take(status),
  });

  constructor() {
    super();
    new Observer(this, () => everySecond);
    new Observer(this, () => this.hub?.client);
  }

  /** What passes with time is told where somebody sees it. */
  override shouldUpdate(changed: PropertyValues<this>): boolean {
    return changed.size > 0 || !this.hasUpdated || document.visibilityState === "visible";
  }

  override render() {
    const status = history.newest;
    const { problem } = this.#poll;
    const isPast = status !== undefined && this.#poll.isPast(status.hubTime);
    this.toggleAttribute("past", isPast);
    return html`
      <div class="top">
        <h1>${texts.hub.heading}</h1>
        ${status ? this.#health(status) : nothing}
        ${isPast ? html`<span class="as-of numbers" role="status">${texts.asOf(formatClock(status.hubTime))}</span>` : nothing}
      </div>
      ${problem === undefined ? nothing : html`<p class="trouble" role="status">${texts.hub.failed(problem)}</p>`}
      ${status ? this.#figures(status) : problem === undefined ? html`<p class="note" role="status">${texts.hub.waiting}</p>` : nothing}
    `;
  }

  #health({ health, version, startedAt, hubTime }: StatusAnswer) {
    return html`
      <span class="health"
        ><span class="dot ${health.status === "ok" ? "online" : "silent"}"></span>${texts.hub.health[health.status]}</span
      >
      <span class="muted numbers">${texts.hub.running(version, formatDuration(hubTime - startedAt))}</span>
    `;
  }

  #figures(status: StatusAnswer) {
    const { reason } = status.health;
    // The edge is the newest answer: what is not known yet is not drawn as a silence.
    const window = history.window(status.hubTime);
    return html`
      ${reason === undefined ? nothing : html`<p class="trouble" role="alert">${reason}</p>`}
      <section aria-label=${texts.hub.charts}>
        <p class="muted numbers">${texts.hub.window(formatDuration(window.toMs - window.fromMs))}</p>
        <div class="cards">
          ${repeat(
            statusCards(status, history),
            ([figure]) => figure,
            ([figure, facts]) =>
              html`<status-card
                .client=${this.hub.client}
                .facts=${facts}
                .trace=${history.trace(figure)}
                .window=${window}
              ></status-card>`,
          )}
        </div>
      </section>
      <div class="below">
        <section class="panel" aria-labelledby="storage">
          <h2 id="storage">${texts.hub.storage.heading}</h2>
          <status-storage .status=${status} .history=${history}></status-storage>
        </section>
        <section class="panel" aria-labelledby="facts">
          <h2 id="facts">${texts.hub.facts.heading}</h2>
          ${this.#facts(status)}
        </section>
      </div>
    `;
  }

  #facts(status: StatusAnswer) {
    const { facts } = texts.hub;
    const { startedAt, hubTime, series, limits, readings, offset, access, timeZone, epoch, protocol } = status;
    const seriesLevel = levelsOf(status).series;
    const rows: [string, string, string?][] = [
      [facts.started, formatInstant(startedAt, hubTime)],
      [facts.durability, facts.fsync],
      [facts.series, facts.ofSeries(formatCount(series), formatCount(limits.series), flags.series), seriesLevel],
      [facts.overwritten, formatCount(readings.overwritten)],
      [facts.offset, formatCount(offset)],
      [facts.access, facts.accesses[access]],
      [facts.zone, timeZone],
      [facts.epoch, epoch],
      [facts.protocol, String(protocol)],
    ];
    return html`<dl class="numbers">
      ${rows.map(([name, value, level = ""]) => html`<dt>${name}</dt><dd class=${level}>${value}</dd>`)}
    </dl>`;
  }
}
