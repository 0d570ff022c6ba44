import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { DeviceView, SeriesView } from "../client/hub-view.ts";
import { narrow } from "../client/media.ts";
import { formatCount } from "../data/format.ts";
import type { Spark } from "../data/spark-feed.ts";
import { baseStyles, dotStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import type { SparkSource } from "../widgets/sparkline.ts";
import { cardRoom, cardSizes, fleetCard, fleetCardStyles } from "./fleet-card.ts";
import type { FleetChoice } from "./fleet-choice.ts";
import { fleetGridStyles, groupSizes } from "./fleet-grid-styles.ts";
import type { FleetScene } from "./fleet-item.ts";
import { FleetLayout, type FleetSlice, type FleetStep } from "./fleet-layout.ts";
import { type FleetGroup, type FleetSelection, troubles } from "./fleet-order.ts";
import { fleetRow, fleetRowStyles, rowRoom, rowSizes } from "./fleet-row.ts";
import { tellingSeries } from "./fleet-values.ts";
import { icons } from "./icons.ts";

/** So far beyond the edges of what is seen items exist, so that scrolling finds them there, CSS pixels. */
const sparePx = 340;

const keys: Readonly<Record<string, FleetStep>> = {
  ArrowLeft: "previous",
  ArrowRight: "next",
  ArrowUp: "up",
  ArrowDown: "down",
  PageUp: "pageUp",
  PageDown: "pageDown",
  Home: "first",
  End: "last",
};

/** Where the fleet was left, so that Back returns to it: one address, how far it was scrolled, the device opened from it. */
let left: { readonly hash: string; readonly top: number; readonly device: string | undefined } | undefined;

/**
 * The devices of the fleet as cards or rows, in groups; only those in sight exist, so that thousands cost as much as twenty.
 * Fires `in-sight` with the series whose curves exist, and `group-toggled` with a group's key.
 */
@customElement("fleet-grid")
export class FleetGrid extends LitElement {
  static override styles = [baseStyles, dotStyles, fleetGridStyles, fleetCardStyles, fleetRowStyles];

  @property({ attribute: false }) selection!: FleetSelection;
  @property({ attribute: false }) choice!: FleetChoice;
  @property({ attribute: false }) sparkOf: (series: SeriesView) => Spark | undefined = () => undefined;
  @property({ attribute: false }) window!: SparkSource["window"];
  /** The hub's clock, ms. */
  @property({ attribute: false }) nowMs = 0;
  /** What stands above the fleet while it is scrolled, CSS pixels: asked when it matters, since a banner may come. */
  @property({ attribute: false }) stuckPx = () => 0;
  /** What stands at the foot of the screen, CSS pixels. */
  @property({ attribute: false }) footPx = 0;
  @query(".fleet") private fleet!: HTMLElement | null;

  #layout = new FleetLayout([], { columns: 1, lineHeight: 1, gap: 0, headHeight: 0, foot: 0 });
  #slices: readonly FleetSlice[] = [];
  #width = 0;
  /** The part of the fleet on the screen, CSS pixels from its top. */
  #seen = { top: 0, bottom: 2_000 };
  /** The device that Tab reaches: the last one focused. */
  #focused: string | undefined;
  #hasFocus = false;
  #returned = false;
  readonly #resized = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width === this.#width) return;
    this.#width = width;
    this.requestUpdate();
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this);
    addEventListener("scroll", this.#scrolled, { passive: true });
    addEventListener("resize", this.#scrolled);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    removeEventListener("scroll", this.#scrolled);
    removeEventListener("resize", this.#scrolled);
  }

  readonly #scrolled = (): void => {
    this.#look();
    left = { hash: location.hash, top: scrollY, device: this.#focused };
    const before = this.#slices;
    const now = this.#slicesNow();
    if (JSON.stringify(before) !== JSON.stringify(now)) this.requestUpdate();
  };

  override render() {
    if (this.#width === 0) return nothing;
    const { groups } = this.selection;
    this.#layout = this.#layoutOf(groups);
    this.#slices = this.#slicesNow();
    const scene = this.#scene();
    return html`<div
      class="fleet ${this.choice.look} ${this.choice.group === "none" ? "" : "grouped"}"
      tabindex="-1"
      .style=${`height: ${this.#layout.height}px; --columns: ${this.#columns}; --values: ${scene.values}`}
      @keydown=${this.#key}
      @focusin=${() => {
        this.#hasFocus = true;
      }}
      @focusout=${this.#blurred}
    >
      ${repeat(
        this.#slices,
        ({ group }) => groups[group]?.key,
        (slice) => this.#section(groups[slice.group] as FleetGroup, slice, scene),
      )}
    </div>`;
  }

  #section(group: FleetGroup, { group: index, from, to, above }: FleetSlice, scene: FleetScene) {
    const first = this.#layout.firstOf(index);
    const grouped = this.choice.group !== "none";
    const name = grouped ? group.key || texts.fleet.groups.without : texts.list.heading;
    const closed = this.choice.closed.includes(group.key);
    const tabbable = this.#tabbable();
    const item = this.choice.look === "cards" ? fleetCard : fleetRow;
    return html`<section
      .style=${`top: ${this.#layout.groupTop(index)}px; height: ${this.#layout.groupHeight(index)}px`}
    >
      ${grouped ? this.#head(group, name, closed) : nothing}
      ${
        closed
          ? nothing
          : html`<ul aria-label=${name} .style=${`padding-top: ${above}px`}>
            ${repeat(
              group.devices.slice(from, to),
              (device) => device,
              (device, place) => html`<li aria-setsize=${group.devices.length} aria-posinset=${from + place + 1}>
                ${item(device, scene, first + from + place, device === tabbable)}
              </li>`,
            )}
          </ul>`
      }
    </section>`;
  }

  #head({ key, devices, counts }: FleetGroup, name: string, closed: boolean) {
    return html`<h2 class="group">
      <button type="button" aria-expanded=${!closed} @click=${() => this.#tell("group-toggled", key)}>
        <span class="arrow">${icons.back}</span>
        <span class="name">${name}</span>
        <span class="count numbers">${formatCount(devices.length)}</span>
        ${troubles.map((each) =>
          counts[each] === 0
            ? nothing
            : html`<span class="wrong ${each} numbers">
                <span class="dot ${each}"></span>${texts.fleet.countIn(formatCount(counts[each]), stateName(each))}
              </span>`,
        )}
      </button>
    </h2>`;
  }

  override updated(changed: PropertyValues<this>): void {
    if (!this.fleet) return;
    if (!this.#returned && this.selection.shown > 0) this.#return();
    if (changed.has("selection") || changed.has("choice")) this.#look();
    const shown = this.#slices.flatMap(
      ({ group, from, to }) => this.selection.groups[group]?.devices.slice(from, to) ?? [],
    );
    const series = shown.map((device) => tellingSeries(device, 1).main).filter((main) => main !== undefined);
    this.#tell("in-sight", series);
    // What was focused may be out of sight now, or in another place: the keys go on from there.
    if (this.#hasFocus && !this.shadowRoot?.activeElement) this.fleet.focus({ preventScroll: true });
  }

  /** Moves the focus to the first device. */
  focusFirst(): void {
    void this.#focus(0);
  }

  /** To where the fleet was left, once there is something to scroll. */
  #return(): void {
    this.#returned = true;
    if (left?.hash !== location.hash) return;
    this.#focused = left.device;
    scrollTo(0, left.top);
    this.#look();
    const number = this.#numberOf(left.device);
    // Whoever is at something else by now stays there.
    if (number !== undefined && document.activeElement === document.body) void this.#focus(number);
  }

  get #columns(): number {
    if (this.choice.look === "rows") return 1;
    return Math.max(1, Math.floor((this.#width + cardSizes.gap) / (cardSizes.narrowest + cardSizes.gap)));
  }

  #layoutOf(groups: readonly FleetGroup[]): FleetLayout {
    const isCards = this.choice.look === "cards";
    const grouped = this.choice.group !== "none";
    return new FleetLayout(
      groups.map(({ key, devices }) => ({
        count: devices.length,
        closed: grouped && this.choice.closed.includes(key),
      })),
      {
        columns: this.#columns,
        lineHeight: isCards ? cardSizes.height : narrow.matches ? rowSizes.narrowHeight : rowSizes.height,
        gap: isCards ? cardSizes.gap : 0,
        headHeight: grouped ? groupSizes.head : 0,
        foot: grouped ? groupSizes.foot : 0,
      },
    );
  }

  #scene(): FleetScene {
    const isCards = this.choice.look === "cards";
    const columns = this.#columns;
    const perRow = narrow.matches ? 1 : Math.max(1, Math.min(5, Math.floor((this.#width - 700) / 110)));
    const { live } = this.window();
    const width = (this.#width - (columns - 1) * cardSizes.gap) / columns;
    return {
      nowMs: this.nowMs,
      span: this.choice.span,
      window: this.window,
      sparkOf: this.sparkOf,
      width,
      room: isCards ? cardRoom(width) : rowRoom(width, narrow.matches),
      values: isCards ? 4 : perRow,
      focused: (device) => {
        this.#focused = device.entry.device;
        if (left) left = { ...left, device: this.#focused };
      },
      key: `${this.choice.span} ${live}`,
    };
  }

  #slicesNow(): FleetSlice[] {
    return this.#layout.slices(this.#seen.top - sparePx, this.#seen.bottom + sparePx);
  }

  #look(): void {
    if (!this.fleet) return;
    const top = -this.fleet.getBoundingClientRect().top;
    this.#seen = { top, bottom: top + innerHeight };
  }

  #tell<Detail>(name: string, detail: Detail): void {
    this.dispatchEvent(new CustomEvent<Detail>(name, { detail }));
  }

  /** One of the devices that exist must be reachable by Tab. */
  #tabbable(): DeviceView | undefined {
    let first: DeviceView | undefined;
    for (const { group, from, to } of this.#slices) {
      for (const device of this.selection.groups[group]?.devices.slice(from, to) ?? []) {
        if (device.entry.device === this.#focused) return device;
        first ??= device;
      }
    }
    return first;
  }

  /** The number of a device among those of open groups. */
  #numberOf(id: string | undefined): number | undefined {
    for (const [group, { key, devices }] of this.selection.groups.entries()) {
      const index = devices.findIndex(({ entry }) => entry.device === id);
      if (index >= 0) return this.choice.closed.includes(key) ? undefined : this.#layout.firstOf(group) + index;
    }
    return undefined;
  }

  readonly #blurred = (event: FocusEvent): void => {
    // Removed while it was focused, it goes to nowhere: that is no leave.
    const target = event.target as HTMLElement;
    if (event.relatedTarget || target.isConnected) this.#hasFocus = false;
  };

  readonly #key = (event: KeyboardEvent): void => {
    const step = keys[event.key];
    const inHead = event.target instanceof HTMLButtonElement;
    if (step === undefined || inHead || event.ctrlKey || event.metaKey || event.altKey || this.#layout.count === 0)
      return;
    event.preventDefault();
    const height = innerHeight - this.stuckPx() - this.footPx;
    const at = this.#numberOf(this.#focused);
    void this.#focus(at === undefined ? 0 : this.#layout.walk(at, step, height));
  };

  /** Moves the focus to a device, which may have to be scrolled into being first. */
  async #focus(number: number): Promise<void> {
    if (!this.fleet || this.#layout.count === 0) return;
    const { group, index, top, bottom } = this.#layout.place(number);
    const device = this.selection.groups[group]?.devices[index];
    if (!device) return;
    const above = this.stuckPx() + (this.choice.group === "none" ? 0 : groupSizes.head);
    const spare = cardSizes.gap;
    this.#look();
    const seen = { top: this.#seen.top + above + spare, bottom: this.#seen.bottom - this.footPx - spare };
    if (top < seen.top) scrollBy(0, top - seen.top);
    else if (bottom > seen.bottom) scrollBy(0, bottom - seen.bottom);
    this.#focused = device.entry.device;
    this.#look();
    this.requestUpdate();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[data-number="${number}"]`)?.focus({ preventScroll: true });
  }
}

function stateName(trouble: (typeof troubles)[number]): string {
  return trouble === "alarm" || trouble === "warn" ? texts.standing[trouble] : texts.presence[trouble];
}

declare global {
  interface HTMLElementTagNameMap {
    "fleet-grid": FleetGrid;
  }
}
