import { html, LitElement, nothing } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { CommandController } from "../client/commands.ts";
import { Observer } from "../client/controllers.ts";
import { rights } from "../client/rights.ts";
import { formatCount } from "../data/format.ts";
import { type SparkSpanKey, sparkSpanKeys } from "../data/spark-trace.ts";
import { baseStyles, buttonStyles, dotStyles, searchStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import type { DeviceSort } from "./device-order.ts";
import { type FleetChoice, type FleetState, fleetLooks, fleetSorts, fleetStates } from "./fleet-choice.ts";
import { fleetCommands, fleetStateName, groupings } from "./fleet-commands.ts";
import type { FleetSelection } from "./fleet-order.ts";
import { fleetToolStyles } from "./fleet-tool-styles.ts";
import { icons } from "./icons.ts";

/** What a person is told of the fleet at one glance, and what he chooses of it. Fires `choose` with the changed part of the choice, `leave-search` when the list is meant. */
@customElement("fleet-tools")
export class FleetTools extends LitElement {
  static override styles = [baseStyles, buttonStyles, dotStyles, searchStyles, fleetToolStyles];

  @property({ attribute: false }) selection!: FleetSelection;
  @property({ attribute: false }) choice!: FleetChoice;
  @property({ attribute: false }) labelKeys: readonly string[] = [];
  @query("input") private input!: HTMLInputElement | null;

  constructor() {
    super();
    new Observer(this, () => rights);
    new CommandController(this, {
      commands: () => fleetCommands(this.choice, this.labelKeys, (part) => this.#choose(part)),
      shortcuts: () => [
        { keys: ["/"], does: texts.fleet.searchKey },
        { keys: ["←", "↑", "→", "↓"], does: texts.fleet.arrowKeys },
        { keys: ["Esc"], does: texts.list.clear },
      ],
    });
  }

  focusSearch(): void {
    this.input?.focus();
    this.input?.select();
  }

  override render() {
    const { shown, counts } = this.selection;
    const { all, trouble, online } = counts;
    return html`<div class="tools" role="group" aria-label=${texts.fleet.tools}>
      <div class="title">
        <h1>${texts.list.heading}</h1>
        <p class="numbers ${trouble > 0 ? "trouble" : ""}">
          ${
            all === 0
              ? nothing
              : trouble > 0
                ? texts.fleet.inTrouble(formatCount(trouble), formatCount(all))
                : online < all
                  ? texts.fleet.noTrouble(formatCount(all))
                  : texts.fleet.allWell(formatCount(all))
          }
        </p>
        ${
          rights.may("send") || rights.may("admit")
            ? html`<a class="button icon" href="#/connect" aria-label=${texts.list.connect} title=${texts.list.connect}>${icons.plus}</a>`
            : nothing
        }
      </div>
      <label class="search">
        ${icons.search}
        <span class="hidden-text">${texts.list.search}</span>
        <input
          type="search"
          placeholder=${texts.list.searchHint}
          aria-keyshortcuts="/"
          .value=${this.choice.query}
          @input=${(event: Event) => this.#choose({ query: (event.target as HTMLInputElement).value })}
          @keydown=${this.#searchKey}
        />
        <kbd aria-hidden="true">/</kbd>
        <span class="hidden-text" role="status">${
          this.choice.query === "" || shown === 0 ? nothing : texts.fleet.found(formatCount(shown), shown === 1)
        }</span>
      </label>
      <div class="choices states" role="group" aria-label=${texts.list.filter}>
        ${fleetStates.map((state) => this.#state(state))}
      </div>
      <div class="ways">
        ${this.#select(texts.fleet.group, this.choice.group, groupings(this.choice, this.labelKeys), (group) => this.#choose({ group, closed: [] }))}
        ${this.#select<DeviceSort>(
          texts.list.sort,
          this.choice.sort,
          fleetSorts.map((sort) => [sort, texts.fleet.sorts[sort]]),
          (sort) => this.#choose({ sort }),
        )}
        ${this.#select<SparkSpanKey>(
          texts.fleet.span,
          this.choice.span,
          sparkSpanKeys.map((span) => [span, texts.fleet.spans(texts.range.names[span])]),
          (span) => this.#choose({ span }),
        )}
      </div>
      <div class="choices looks" role="group" aria-label=${texts.fleet.look}>
        ${fleetLooks.map(
          (look) => html`<button
            type="button"
            aria-pressed=${look === this.choice.look}
            aria-label=${texts.fleet.looks[look]}
            title=${texts.fleet.looks[look]}
            @click=${() => this.#choose({ look })}
          >
            ${look === "cards" ? icons.devices : icons.rows}
          </button>`,
        )}
      </div>
    </div>`;
  }

  /** What no device is in is left out, but for the states of presence; so trouble is seen by there being more. */
  #state(state: FleetState) {
    const count = this.selection.counts[state];
    const chosen = this.choice.state === state;
    if (count === 0 && !chosen && (state === "alarm" || state === "warn")) return nothing;
    return html`<button
      type="button"
      class="${state} ${count > 0 ? "some" : ""}"
      aria-pressed=${chosen}
      @click=${() => this.#choose({ state: chosen ? "all" : state })}
    >
      ${state === "all" || state === "trouble" ? nothing : html`<span class="dot ${state}"></span>`}${fleetStateName(state)}
      <span class="numbers count">${formatCount(count)}</span>
    </button>`;
  }

  #select<Key extends string>(
    name: string,
    chosen: Key,
    options: readonly (readonly [Key, string])[],
    choose: (key: Key) => void,
  ) {
    return html`<select
      aria-label=${name}
      title=${name}
      @change=${(event: Event) => choose((event.target as HTMLSelectElement).value as Key)}
    >
      ${options.map(([key, text]) => html`<option value=${key} .selected=${key === chosen}>${text}</option>`)}
    </select>`;
  }

  #choose(part: Partial<FleetChoice>): void {
    this.dispatchEvent(new CustomEvent<Partial<FleetChoice>>("choose", { detail: part }));
  }

  readonly #searchKey = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      this.dispatchEvent(new CustomEvent("leave-search"));
    } else if (event.key === "Escape") {
      if (this.choice.query === "") this.input?.blur();
      else this.#choose({ query: "" });
    }
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "fleet-tools": FleetTools;
  }
}
