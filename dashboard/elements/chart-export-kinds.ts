/** What `chart-export` opens and does: most people who look at a chart save none, and load none of this. */
import { html, nothing } from "lit";
import type { Aggregate } from "../../server/protocol/index.ts";
import { HubRefusal } from "../client/hub-api.ts";
import type { ExportForm, ExportSource } from "../data/chart-export.ts";
import * as files from "../data/chart-export.ts";
import { formatCount, formatNumber } from "../data/format.ts";
import { saveFile } from "../data/save-file.ts";
import { texts } from "../texts/index.ts";

type Progress =
  | { readonly is: "going"; readonly bytes: number; readonly rows: number | undefined; readonly end: AbortController }
  | { readonly is: "over"; readonly words: string; readonly failed: boolean };

const exportForms: readonly ExportForm[] = ["csv", "ndjson", "parquet"];

type Told = (so: { readonly bytes: number; readonly rows: number | undefined }) => void;

/** How long it is said that a file was saved, ms. */
const saidMs = 8_000;

export interface ExportOwner {
  readonly source: ExportSource;
  /** Of one of many charts. */
  readonly label: string | undefined;
  /** What is said changed. */
  requestUpdate(): void;
  /** The choice is made. */
  hide(): void;
}

export class Exports {
  readonly #owner: ExportOwner;
  #progress: Progress | undefined;

  constructor(owner: ExportOwner) {
    this.#owner = owner;
  }

  /** Ends what is under way. */
  close(): void {
    if (this.#progress?.is === "going") this.#progress.end.abort();
  }

  /** What can be saved, in which forms. */
  kinds() {
    const words = texts.export;
    const hint = "of" in this.#owner.source ? words.candlesHint : words.drawnHint;
    return html`
      ${this.#kind(words.drawn, hint, (form) => void this.#saveDrawn(form))}
      ${this.#kind(words.raw, words.rawHint, (form) => void this.#saveRaw(form))}
      ${
        this.#owner.source.picture
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
              this.#owner.hide();
              save(form);
            }}
          >
            ${nameOf(form)}
          </button>`,
        )}
      </div>
    </div>`;
  }

  /** How far it is, or what became of it. */
  said() {
    const progress = this.#progress;
    if (!progress) return html`<span class="said" role="status"></span>`;
    if (progress.is === "over") {
      return html`<span class="said ${progress.failed ? "failed" : ""}" role="status">${progress.words}</span>`;
    }
    const { bytes, rows, end } = progress;
    const words = texts.export;
    const size = `${formatNumber(bytes / 1e6, 1)}\u202fMB`;
    const far = rows === undefined ? size : words.going(formatCount(rows), size);
    return html`<span class="said numbers" role="status">${bytes === 0 ? words.begun : far}</span>
      <button type="button" class="button" @click=${() => end.abort()}>${words.cancel}</button>`;
  }

  #saveDrawn(form: ExportForm): Promise<void> {
    const { source } = this.#owner;
    return this.#fetch(source.name, form, async (signal, told) => {
      if (form === "parquet" && !files.isParquetDrawn(source)) throw new HubRefusal(texts.export.noParquet);
      if (form === "parquet") return parquetOf(source, signal, told, files.drawnAggregates(source));
      const type = form === "csv" ? "text/csv" : "application/x-ndjson";
      return [new Blob([files.drawnRows(source, form)], { type })];
    });
  }

  #saveRaw(form: ExportForm): Promise<void> {
    const { source } = this.#owner;
    return this.#fetch(this.#owner.label === undefined ? "readings" : source.name, form, async (signal, told) => {
      if (form === "parquet") return parquetOf(source, signal, told);
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
    const { picture, name } = this.#owner.source;
    if (!picture) return;
    this.#owner.hide();
    await this.#fetch(name, "png", async () => [await picture()]);
  };

  /** Saves what `get` brings; tells how far that is, and why it failed. */
  async #fetch(
    what: string,
    extension: string,
    get: (signal: AbortSignal, told: Told) => Promise<Blob[]>,
  ): Promise<void> {
    if (this.#progress?.is === "going") this.#progress.end.abort();
    const end = new AbortController();
    const words = texts.export;
    const span = this.#owner.source.window();
    const say = (progress: Progress) => {
      // A later export may have taken this one's place.
      if (this.#progress?.is !== "going" || this.#progress.end === end) this.#tell(progress);
    };
    this.#tell({ is: "going", bytes: 0, rows: 0, end });
    try {
      const blobs = await get(end.signal, (so) => say({ is: "going", ...so, end }));
      this.#save(blobs, files.fileNameOf(what, span, extension));
    } catch (error) {
      const told = error instanceof HubRefusal || extension === "png";
      const why = told ? (error as Error).message : words.cut;
      say({ is: "over", words: end.signal.aborted ? words.cancelled : words.failed(why), failed: !end.signal.aborted });
    }
  }

  #tell(progress: Progress | undefined): void {
    this.#progress = progress;
    this.#owner.requestUpdate();
  }

  /** Several files of one export are numbered. */
  #save(files: readonly Blob[], name: string): void {
    for (const [index, blob] of files.entries()) {
      saveFile(blob, files.length > 1 ? name.replace(/(?=\.\w+$)/, ` (${index + 1})`) : name);
    }
    const over = { is: "over", words: texts.export.done(name), failed: false } as const;
    this.#tell(over);
    setTimeout(() => {
      if (this.#progress === over) this.#tell(undefined);
    }, saidMs);
  }
}

/** `aggregates`: of the buckets that are drawn; without them every reading. */
function parquetOf(source: ExportSource, signal: AbortSignal, told: Told, aggregates?: readonly Aggregate[]) {
  const progress = ({ bytes }: { readonly bytes: number }) => told({ bytes, rows: undefined });
  const [series, span] = [files.drawnSeries(source), files.drawnSpan(source)];
  return files.parquetFiles({ api: source.api, series, span, aggregates, signal, progress });
}

function nameOf(form: ExportForm): string {
  return form === "parquet" ? "Parquet" : form.toUpperCase();
}
