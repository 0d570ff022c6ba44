import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { HubClient } from "../client/hub-client.ts";
import { formatClock, formatDuration } from "../data/format.ts";
import { timeZone } from "../data/time-zone.ts";
import { bannerStyles, baseStyles, buttonStyles } from "../styles/shared.ts";
import { language, texts } from "../texts/index.ts";
import { icons } from "./icons.ts";

/** A hub that is there answers by then, ms: nothing is put on the screen for the blink of an eye. */
const settledMs = 200;

/** Says at once that the connection is cut, how old the shown values are, and when it is tried again. */
@customElement("link-banner")
export class LinkBanner extends LitElement {
  static override styles = [baseStyles, buttonStyles, bannerStyles];

  @property({ attribute: false }) client!: HubClient;

  #doubtedMs: number | undefined;

  constructor() {
    super();
    new Observer(this, () => this.client);
    new Observer(this, () => language);
    new Observer(this, () => timeZone);
    new Observer(this, () => (this.client?.state.state === "open" ? undefined : everySecond));
  }

  override render() {
    return html`<div role="alert">${this.#wasOpen() ? this.#banner() : nothing}</div>`;
  }

  /** The first connection of a page is no news until it fails, nor is a doubt that the hub's answer ends at once. */
  #wasOpen(): boolean {
    const { state } = this.client;
    if (state.state !== "doubtful") this.#doubtedMs = undefined;
    if (state.state === "open") return false;
    if (state.state === "doubtful" && navigator.onLine) {
      this.#doubtedMs ??= performance.now();
      const leftMs = this.#doubtedMs + settledMs - performance.now();
      if (leftMs > 0) setTimeout(() => this.requestUpdate(), leftMs);
      return leftMs <= 0;
    }
    return !(state.state === "connecting" && state.attempt === 0 && this.client.heardAt === undefined);
  }

  #banner() {
    const { state, heardAt, refused } = this.client;
    return html`<div class="banner">
      ${icons.cut}
      <strong>${this.#what()}</strong>
      ${heardAt === undefined || refused ? nothing : html`<span class="numbers">${texts.banner.asOf(formatClock(heardAt))}</span>`}
      <span class="numbers" aria-live="off">
        ${
          state.state === "waiting"
            ? texts.banner.retryIn(formatDuration(state.retryAt - Date.now() + 999))
            : state.state === "connecting"
              ? texts.banner.connecting
              : nothing
        }
      </span>
      ${
        state.state === "doubtful"
          ? nothing
          : html`<button type="button" class="button" @click=${() => this.client.retry()}>${texts.banner.retryNow}</button>`
      }
    </div>`;
  }

  #what(): string {
    const { state } = this.client;
    if (state.state === "ended") return texts.banner.ended(state.reason || String(state.code));
    if (!navigator.onLine) return texts.banner.offline;
    return state.state === "doubtful" ? texts.banner.doubtful : texts.banner.lost;
  }
}
