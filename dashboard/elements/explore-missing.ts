/** Why readings of one of the linked charts are missing: loaded when some are. */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { HubApi } from "../client/hub-api.ts";
import type { HubClient } from "../client/hub-client.ts";
import type { SeriesName } from "../data/explore-choice.ts";
import { lengthOf } from "../data/explore-gaps.ts";
import { causesWithin, ExploreLedger, ledgerEveryMs, ledgerSoonMs } from "../data/explore-ledger.ts";
import { formatDuration } from "../data/format.ts";
import type { CauseTimes } from "../data/missing.ts";
import type { TimeWindow } from "../data/ranges.ts";
import { baseStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import type { ExploreShade } from "../widgets/explore-shade.ts";
import { hatchGap } from "../widgets/gap-shade.ts";
import { gapKeyStyles } from "./gap-key-styles.ts";

/** A series of a chart. */
interface AskedLine {
  readonly key: string;
  readonly series: { readonly entry: SeriesName };
  readonly hidden: boolean;
}

export interface MissingOptions {
  readonly client: Pick<HubClient, "state" | "now">;
  readonly api: Pick<HubApi, "get">;
  readonly shade: ExploreShade;
  /** What is shaded is other than before. */
  readonly changed: () => void;
}

export class MissingReadings {
  readonly #client: Pick<HubClient, "state" | "now">;
  readonly #shade: ExploreShade;
  readonly #ledger: ExploreLedger;
  #lines: readonly AskedLine[] = [];
  #only: string | undefined;
  #names: readonly SeriesName[] = [];
  /** Keys of what is drawn. */
  #shown: readonly string[] = [];

  constructor({ client, api, shade, changed }: MissingOptions) {
    this.#client = client;
    this.#shade = shade;
    this.#ledger = new ExploreLedger(api, changed);
  }

  /** Called with each draw in which something is missing. `only`: the key of a line that stands out. */
  look(lines: readonly AskedLine[], window: TimeWindow, only: string | undefined): void {
    // Made anew for other lines alone: charts draw often.
    if (lines !== this.#lines || only !== this.#only) {
      this.#lines = lines;
      this.#only = only;
      this.#names = lines.map(({ series: { entry } }) => entry);
      this.#shown = lines.flatMap(({ key, hidden }) => (hidden || (only ?? key) !== key ? [] : [key]));
    }
    const gaps = this.#ledger.joined(this.#shown);
    if (this.#shade.causes?.gaps !== gaps) this.#shade.causes = { gaps, hatch: hatchGap };
    if (this.#client.state.state !== "open") return;
    const goesOn = (this.#shade.silences.shared.at(-1) ?? 0) >= window.toMs;
    const isUntold = window.live && goesOn && !gaps.some(({ toMs }) => toMs === Number.POSITIVE_INFINITY);
    this.#ledger.want(this.#names, window, this.#client.now(), isUntold ? ledgerSoonMs : ledgerEveryMs);
  }

  /** Why a series has nothing at a moment, in words. */
  at(key: string, timeMs: number): string {
    const cause = this.#ledger.causeAt(key, timeMs);
    return cause === undefined ? "" : texts.gaps.cause[cause];
  }

  /** How long no line had a value, and why. */
  get words(): string {
    const { shared } = this.#shade.silences;
    if (shared.length === 0) return "";
    const { lasted, missing, cause } = texts.gaps;
    const causes = this.#causes.map(([each, ms]) => lasted(cause[each], formatDuration(ms)));
    const all = lasted(missing, formatDuration(lengthOf(shared)));
    return causes.length === 0 ? `${all}.` : `${all}: ${causes.join(", ")}.`;
  }

  /** The key of what is hatched. */
  get legend() {
    const causes = this.#causes;
    return causes.length === 0 ? nothing : html`<explore-missing .causes=${causes}></explore-missing>`;
  }

  get #causes(): CauseTimes {
    return causesWithin(this.#shade.causes?.gaps ?? [], this.#shade.silences.shared);
  }

  close(): void {
    this.#ledger.close();
  }
}

/** The hatching of each cause in a chart, and how long it lasted. */
@customElement("explore-missing")
export class ExploreMissing extends LitElement {
  static override styles = [
    baseStyles,
    gapKeyStyles,
    css`
      :host {
        display: inline-flex;
        flex-wrap: wrap;
        gap: 0 12px;
        color: var(--text-muted);
        font-size: var(--text-s);
      }
      span {
        white-space: nowrap;
      }
    `,
  ];

  @property({ attribute: false }) causes: CauseTimes = [];

  override render() {
    const { cause, lasted } = texts.gaps;
    return this.causes.map(
      ([each, ms]) =>
        html`<span class="numbers"><i class="gap-key ${each}"></i>${lasted(cause[each], formatDuration(ms))}</span>`,
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "explore-missing": ExploreMissing;
  }
}
