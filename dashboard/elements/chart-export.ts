import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Aggregate } from "../../server/protocol/index.ts";
import { HubRefusal } from "../client/hub-api.ts";
import type { ExportForm, ExportSource } from "../data/chart-export.ts";
import { formatCount, formatNumber } from "../data/format.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { icons } from "./icons.ts";
import { placeBelow, popoverStyles, returnFocus } from "./popover.ts";

type Progress =
  | { readonly is: "going"; readonly bytes: number; readonly rows: number | undefined; readonly end: AbortController }
  | { readonly is: "over"; readonly words: string; readonly failed: boolean };

const exportForms: readonly ExportForm[] = ["csv", "ndjson", "parquet"];

/** What writes the files: most people who look at a chart save none. */
const loadFiles = () => import("../data/chart-export.ts");
type Files = Awaited<ReturnType<typeof loadFiles>>;

type Told = (so: { readonly bytes: number; readonly rows: number | undefined }) => void;

/** How long it is said that a file was saved, ms. */
const saidMs = 8_000;

/** Saves what is looked at: rows as drawn, every reading, or a picture. A long export says how far it is, and can be ended. */
@customElement("chart-export")
export class ChartExport extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    popoverStyles,
    css`
      :host {
        position: relative;
        display: inline-flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
      }
      .menu {
        width: min(420px, calc(100vw - 24px));
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
        flex-wrap: wrap;
        justify-content: end;
        gap: 4px;
      }
      .going {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 12px;
      }
      /* The place where something will be said is there before, for those who listen. */
      .going:has(.said:empty) {
        margin-top: -16px;
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
  /** Of one of many charts: a button without words, which says here what it is of, and what becomes of it in its menu. */
  @property() label: string | undefined;
  /** Nobody looks into most of these menus. */
  @state() private opened = false;
  @state() private progress: Progress | undefined;
  @query(".menu") private menu!: HTMLElement;
  @query(".open") private opener!: HTMLElement;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.progress?.is === "going") this.progress.end.abort();
  }

  override render() {
    const words = texts.explore.export;
    const name = this.label === undefined ? words.open : words.of(this.label);
    return html`
      <button
        type="button"
        class="button open ${this.label === undefined ? "" : "bare icon"}"
        popovertarget="menu"
        aria-label=${name}
        title=${this.label === undefined ? nothing : name}
      >
        ${icons.download}${this.label === undefined ? words.open : nothing}
      </button>
      <div class="menu" id="menu" popover role="dialog" aria-label=${name} @beforetoggle=${this.#toggles} @toggle=${this.#place}>
        ${this.opened ? this.#kinds() : nothing}
        ${this.label === undefined ? nothing : html`<div class="going">${this.#said()}</div>`}
      </div>
      ${this.label === undefined ? this.#said() : nothing}
    `;
  }

  #kinds() {
    const words = texts.explore.export;
    const hint = "of" in this.source ? words.candlesHint : words.drawnHint;
    return html`
      ${this.#kind(words.drawn, hint, (form) => void this.#saveDrawn(form))}
      ${this.#kind(words.raw, words.rawHint, (form) => void this.#saveRaw(form))}
      ${
        this.source.picture
          ? html`<div class="kind">
            <p><b>${words.picture}</b><span>${words.pictureHint}</span></p>
            <div class="forms">
              <button type="button" class="button" aria-label=${`${words.picture}: PNG`} @click=${this.#savePicture}>PNG</button>
            </div>
          </div>`
          : nothing
      }
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
            aria-label=${`${name}: ${nameOf(form)}`}
            @click=${() => {
              this.#hide();
              save(form);
            }}
          >
            ${nameOf(form)}
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
    const size = `${formatNumber(bytes / 1e6, 1)}\u202fMB`;
    const far = rows === undefined ? size : words.going(formatCount(rows), size);
    return html`<span class="said numbers" role="status">${bytes === 0 ? words.begun : far}</span>
      <button type="button" class="button" @click=${() => end.abort()}>${words.cancel}</button>`;
  }

  #saveDrawn(form: ExportForm): Promise<void> {
    const { source } = this;
    return this.#fetch(source.name, form, async (files, signal, told) => {
      if (form === "parquet") return parquetOf(source, files, signal, told, files.drawnAggregates(source));
      const type = form === "csv" ? "text/csv" : "application/x-ndjson";
      return [new Blob([files.drawnRows(source, form)], { type })];
    });
  }

  #saveRaw(form: ExportForm): Promise<void> {
    const { source } = this;
    return this.#fetch(this.label === undefined ? "readings" : source.name, form, async (files, signal, told) => {
      if (form === "parquet") return parquetOf(source, files, signal, told);
      const series = files.drawnSeries(source);
      return [
        await files.rawReadings({
          api: source.api,
          series,
          span: files.drawnSpan(source),
          form,
          signal,
          progress: told,
        }),
      ];
    });
  }

  readonly #savePicture = async (): Promise<void> => {
    const { picture, name } = this.source;
    if (!picture) return;
    this.#hide();
    await this.#fetch(name, "png", async () => [await picture()]);
  };

  /** Saves what `get` brings; tells how far that is, and why it failed. */
  async #fetch(
    what: string,
    extension: string,
    get: (files: Files, signal: AbortSignal, told: Told) => Promise<Blob[]>,
  ): Promise<void> {
    if (this.progress?.is === "going") this.progress.end.abort();
    const end = new AbortController();
    const words = texts.explore.export;
    const span = this.source.window();
    const say = (progress: Progress) => {
      // A later export may have taken this one's place.
      if (this.progress?.is !== "going" || this.progress.end === end) this.progress = progress;
    };
    this.progress = { is: "going", bytes: 0, rows: 0, end };
    try {
      const files = await loadFiles();
      const blobs = await get(files, end.signal, (so) => say({ is: "going", ...so, end }));
      this.#save(blobs, files.fileNameOf(what, span, extension));
    } catch (error) {
      const told = error instanceof HubRefusal || extension === "png";
      const why = told ? (error as Error).message : words.cut;
      say({ is: "over", words: end.signal.aborted ? words.cancelled : words.failed(why), failed: !end.signal.aborted });
    }
  }

  /** Several files of one export are numbered. */
  #save(files: readonly Blob[], name: string): void {
    for (const [index, blob] of files.entries()) {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = files.length > 1 ? name.replace(/(?=\.\w+$)/, ` (${index + 1})`) : name;
      link.click();
      // The browser has taken it by the next turn; until then the address must hold.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    }
    const over = { is: "over", words: texts.explore.export.done(name), failed: false } as const;
    this.progress = over;
    setTimeout(() => {
      if (this.progress === over) this.progress = undefined;
    }, saidMs);
  }

  /** Where what becomes of it is told beside the button. */
  #hide(): void {
    if (this.label === undefined) this.menu.hidePopover();
  }

  readonly #toggles = (event: ToggleEvent): void => {
    returnFocus(event);
    if (event.newState === "open") this.opened = true;
  };

  async #place(event: ToggleEvent): Promise<void> {
    if (event.newState !== "open") return;
    await this.updateComplete;
    placeBelow(this.opener, this.menu);
  }
}

/** `aggregates`: of the buckets that are drawn; without them every reading. */
function parquetOf(
  source: ExportSource,
  files: Files,
  signal: AbortSignal,
  told: Told,
  aggregates?: readonly Aggregate[],
) {
  const progress = ({ bytes }: { readonly bytes: number }) => told({ bytes, rows: undefined });
  const [series, span] = [files.drawnSeries(source), files.drawnSpan(source)];
  return files.parquetFiles({ api: source.api, series, span, aggregates, signal, progress });
}

function nameOf(form: ExportForm): string {
  return form === "parquet" ? "Parquet" : form.toUpperCase();
}

declare global {
  interface HTMLElementTagNameMap {
    "chart-export": ChartExport;
  }
}
