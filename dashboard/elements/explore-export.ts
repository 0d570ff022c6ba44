import { css, html, LitElement } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { type HubApi, HubRefusal } from "../client/hub-api.ts";
import {
  type DrawnSeries,
  drawnText,
  type ExportForm,
  exportForms,
  fileNameOf,
  rawReadings,
} from "../data/explore-export.ts";
import { formatCount, formatNumber } from "../data/format.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { icons } from "./icons.ts";
import { returnFocus } from "./popover-focus.ts";

/** What is exported is what stands on the page at that moment. */
export interface ExportSource {
  readonly api: HubApi;
  window(): TimeSpan;
  /** Series that are drawn, with their rows. */
  drawn(): readonly DrawnSeries[];
  picture(): Promise<Blob>;
}

type Progress =
  | { readonly is: "going"; readonly bytes: number; readonly rows: number; readonly end: AbortController }
  | { readonly is: "over"; readonly words: string; readonly failed: boolean };

/** How long it is said that a file was saved, ms. */
const saidMs = 8_000;

/** Saves what is looked at: rows as drawn, every reading, or a picture. A long export says how far it is, and can be ended. */
@customElement("explore-export")
export class ExploreExport extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        position: relative;
        display: inline-flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
      }
      .menu {
        position: fixed;
        inset: auto;
        width: min(360px, calc(100vw - 24px));
        margin: 0;
        padding: 12px;
        border: 1px solid var(--border);
        border-radius: var(--radius);
        background: var(--surface-raised);
        box-shadow: var(--shadow-raised);
        color: var(--text);
      }
      .menu:popover-open {
        display: grid;
        gap: 12px;
      }
      .kind {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: 12px;
      }
      .kind p {
        font-size: var(--text-s);
        line-height: 1.4;
      }
      .kind b {
        display: block;
        font-weight: 600;
      }
      .kind span {
        color: var(--text-muted);
      }
      .forms {
        display: flex;
        gap: 4px;
      }
      .said {
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      .said.failed {
        color: var(--alarm);
      }
    `,
  ];

  @property({ attribute: false }) source!: ExportSource;
  @state() private progress: Progress | undefined;
  @query(".menu") private menu!: HTMLElement;
  @query(".open") private opener!: HTMLElement;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.progress?.is === "going") this.progress.end.abort();
  }

  override render() {
    const words = texts.explore.export;
    return html`
      <button type="button" class="button open" popovertarget="menu">${icons.download}${words.open}</button>
      <div class="menu" id="menu" popover role="dialog" aria-label=${words.open} @beforetoggle=${returnFocus} @toggle=${this.#place}>
        ${this.#kind(words.drawn, words.drawnHint, (form) => this.#saveDrawn(form))}
        ${this.#kind(words.raw, words.rawHint, (form) => void this.#saveRaw(form))}
        <div class="kind">
          <p><b>${words.picture}</b><span>${words.pictureHint}</span></p>
          <div class="forms">
            <button type="button" class="button" aria-label=${`${words.picture}: PNG`} @click=${this.#savePicture}>PNG</button>
          </div>
        </div>
      </div>
      ${this.#said()}
    `;
  }

  #kind(name: string, hint: string, save: (form: ExportForm) => void) {
    return html`<div class="kind">
      <p><b>${name}</b><span>${hint}</span></p>
      <div class="forms">
        ${exportForms.map(
          (form) => html`<button
            type="button"
            class="button"
            aria-label=${`${name}: ${form.toUpperCase()}`}
            @click=${() => {
              this.menu.hidePopover();
              save(form);
            }}
          >
            ${form.toUpperCase()}
          </button>`,
        )}
      </div>
    </div>`;
  }

  #said() {
    const { progress } = this;
    if (!progress) return html`<span class="said" role="status"></span>`;
    if (progress.is === "over") {
      return html`<span class="said ${progress.failed ? "failed" : ""}" role="status">${progress.words}</span>`;
    }
    const { bytes, rows, end } = progress;
    const words = texts.explore.export;
    return html`<span class="said numbers" role="status">
        ${bytes === 0 ? words.begun : words.going(formatCount(rows), `${formatNumber(bytes / 1e6, 1)}\u202fMB`)}
      </span>
      <button type="button" class="button" @click=${() => end.abort()}>${words.cancel}</button>`;
  }

  #saveDrawn(form: ExportForm): void {
    const window = this.source.window();
    const type = form === "csv" ? "text/csv" : "application/x-ndjson";
    this.#save(new Blob([drawnText(this.source.drawn(), window, form)], { type }), fileNameOf("charts", window, form));
  }

  async #saveRaw(form: ExportForm): Promise<void> {
    if (this.progress?.is === "going") this.progress.end.abort();
    const end = new AbortController();
    const span = this.source.window();
    const words = texts.explore.export;
    const say = (progress: Progress) => {
      // A later export may have taken this one's place.
      if (this.progress?.is !== "going" || this.progress.end === end) this.progress = progress;
    };
    this.progress = { is: "going", bytes: 0, rows: 0, end };
    try {
      const progress = (so: { bytes: number; rows: number }) => say({ is: "going", ...so, end });
      const series = this.source.drawn();
      const blob = await rawReadings({ api: this.source.api, series, span, form, signal: end.signal, progress });
      this.#save(blob, fileNameOf("readings", span, form));
    } catch (error) {
      const why = error instanceof HubRefusal ? error.message : words.cut;
      say({ is: "over", words: end.signal.aborted ? words.cancelled : words.failed(why), failed: !end.signal.aborted });
    }
  }

  readonly #savePicture = async (): Promise<void> => {
    this.menu.hidePopover();
    try {
      this.#save(await this.source.picture(), fileNameOf("charts", this.source.window(), "png"));
    } catch (error) {
      this.progress = { is: "over", words: texts.explore.export.failed((error as Error).message), failed: true };
    }
  };

  #save(blob: Blob, name: string): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    // The browser has taken it by the next turn; until then the address must hold.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    const over = { is: "over", words: texts.explore.export.done(name), failed: false } as const;
    this.progress = over;
    setTimeout(() => {
      if (this.progress === over) this.progress = undefined;
    }, saidMs);
  }

  /** Below its button, and inside the screen. */
  #place(event: ToggleEvent): void {
    if (event.newState !== "open") return;
    const { bottom, right } = this.opener.getBoundingClientRect();
    const left = Math.max(12, right - this.menu.offsetWidth);
    this.menu.style.top = `${Math.min(bottom + 4, innerHeight - this.menu.offsetHeight - 12)}px`;
    this.menu.style.left = `${left}px`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "explore-export": ExploreExport;
  }
}
