import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { TokenEntry, TokensAnswer } from "../../server/protocol/index.ts";
import { revokeTokens } from "../client/revoke-tokens.ts";
import { formatCount, formatInstant } from "../data/format.ts";
import { texts } from "../texts/index.ts";
import { AccessPanel } from "./access-panel.ts";
import { icons } from "./icons.ts";
import { devicesLine, devicesText, tokenName } from "./token-words.ts";
import { tokensEveryMs } from "./tokens-pace.ts";
import { ageOrDate } from "./values.ts";

/** Links that show devices to guests. */
@customElement("access-links")
export class AccessLinks extends AccessPanel<TokensAnswer> {
  constructor() {
    super("tokens", tokensEveryMs);
  }

  protected override list({ tokens }: TokensAnswer) {
    const words = texts.access.links;
    const links = tokens.filter(({ kind }) => kind === "link");
    return html`
      <p class="intro">${words.intro}</p>
      <div class="bar">
        <div class="end">
          <button type="button" class="button primary" @click=${this.#make}>${icons.plus}${words.make}</button>
        </div>
      </div>
      ${
        links.length === 0
          ? html`<div class="empty"><strong>${words.none}</strong></div>`
          : html`<ul class="rows">
              ${repeat(
                links,
                ({ id }) => id,
                (link) => this.#row(link),
              )}
            </ul>`
      }
    `;
  }

  #row(link: TokenEntry) {
    const words = texts.access.tokens;
    const { name, devices, created, createdBy, expires, used, usedFrom, connections } = link;
    const now = this.nowMs;
    const isOver = expires !== null && expires <= now;
    return html`<li>
      <div class="what">
        <div class="title">${name === "" ? html`<span class="devices">${devicesText(devices)}</span>` : html`<span>${name}</span>`}</div>
        ${name === "" ? nothing : devicesLine(devices)}
        <div class="facts numbers">
          ${
            expires === null
              ? nothing
              : html`<span class=${isOver ? "warn" : ""}>${isOver ? texts.access.links.ended : words.expires(formatInstant(expires, now, 60_000))}</span>`
          }
          ${connections > 0 ? html`<span class="good">${words.connections(formatCount(connections))}</span>` : nothing}
          <span>${used === null ? words.unused : words.used(ageOrDate(used, now), usedFrom)}</span>
          <span>${words.made(ageOrDate(created, now), createdBy)}</span>
        </div>
      </div>
      <div class="do">
        <button
          type="button"
          class="button"
          aria-label=${texts.access.links.revokeOf(tokenName(link))}
          @click=${() => this.#revoke(link)}
        >
          ${words.revoke}
        </button>
      </div>
    </li>`;
  }

  #make(): void {
    void this.open(import("./link-make.ts"), (end) => html`<link-make .hub=${this.hub} @closed=${end}></link-make>`);
  }

  #revoke(link: TokenEntry): void {
    const words = texts.access.links;
    const what = tokenName(link);
    this.confirm({
      heading: words.revokeHeading(what),
      intro: texts.access.tokens.revokeIntro,
      confirm: texts.access.tokens.revoke,
      run: async () => {
        const { failures } = await revokeTokens(this.hub.api, [link.id]);
        if (failures.length > 0) throw failures[0];
        return words.revoked(what);
      },
    });
  }
}
