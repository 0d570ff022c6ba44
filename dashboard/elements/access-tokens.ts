import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { TokenEntry, TokensAnswer } from "../../server/protocol/index.ts";
import { formatCount, formatInstant } from "../data/format.ts";
import { texts } from "../texts/index.ts";
import { AccessPanel } from "./access-panel.ts";
import "./action-menu.ts";
import { icons } from "./icons.ts";
import { devicesLine, devicesText, tokenName } from "./token-words.ts";
import { ageOrDate } from "./values.ts";

const kinds = ["device", "fleet", "program"] as const;
/** So many rows at once; more on request. */
const pageRows = 200;

/** The tokens of devices, gateways, fleets and programs. */
@customElement("access-tokens")
export class AccessTokens extends AccessPanel<TokensAnswer> {
  @state() private query = "";
  @state() private kind: (typeof kinds)[number] | undefined;
  @state() private rows = pageRows;

  constructor() {
    super("tokens", 5_000);
  }

  protected override list({ tokens }: TokensAnswer) {
    const words = texts.access.tokens;
    const all = tokens.filter(({ kind }) => kind !== "link");
    const found = all.filter((token) => this.#matches(token));
    const replaced = new Map(tokens.flatMap(({ replaces }) => (replaces === null ? [] : [[replaces, true]])));
    return html`
      <p class="intro">${words.intro}</p>
      <div class="bar">
        ${
          all.length === 0
            ? nothing
            : html`<label class="search">
                  ${icons.search}
                  <input
                    type="search"
                    placeholder=${words.search}
                    aria-label=${words.search}
                    .value=${this.query}
                    @input=${(event: Event) => {
                      this.query = (event.target as HTMLInputElement).value;
                      this.rows = pageRows;
                    }}
                  />
                </label>
                <select aria-label=${words.filter} @change=${this.#filter}>
                  <option value="" ?selected=${this.kind === undefined}>${words.all}</option>
                  ${kinds.map((kind) => html`<option value=${kind} ?selected=${kind === this.kind}>${words.kinds[kind]}</option>`)}
                </select>
                <span class="count numbers" role="status">${words.count(formatCount(found.length), found.length === 1)}</span>`
        }
        <div class="end">
          <button type="button" class="button" @click=${this.#csv}>${words.csv}</button>
          <button type="button" class="button primary" @click=${this.#make}>${icons.plus}${words.make}</button>
        </div>
      </div>
      ${
        all.length === 0
          ? html`<div class="empty"><strong>${words.none}</strong><span>${words.noneHow}</span></div>`
          : found.length === 0
            ? html`<div class="empty">
                <span role="status">${this.query === "" ? words.none : texts.access.nothing(this.query)}</span>
                <button type="button" class="button" @click=${this.#clear}>${texts.access.clear}</button>
              </div>`
            : html`<ul class="rows">
                ${repeat(
                  found.slice(0, this.rows),
                  ({ id }) => id,
                  (token) => this.#row(token, replaced.has(token.id)),
                )}
              </ul>`
      }
      ${
        found.length > this.rows
          ? html`<button type="button" class="button further" @click=${this.#more}>
              ${texts.access.more(formatCount(Math.min(pageRows, found.length - this.rows)))}
            </button>`
          : nothing
      }
    `;
  }

  #row(token: TokenEntry, isReplaced: boolean) {
    const words = texts.access.tokens;
    const { name, devices, kind, alias, created, createdBy, expires, used, usedFrom, connections, replaces, role } =
      token;
    const now = this.nowMs;
    return html`<li>
      <div class="what">
        <div class="title">
          ${name === "" ? html`<span class="devices">${devicesText(devices)}</span>` : html`<span>${name}</span>`}
          ${kind === "device" ? nothing : html`<span class="pill">${words.kind[kind]}${role ? `, ${texts.guard.roles[role]}` : ""}</span>`}
          ${isReplaced ? html`<span class="pill warn">${words.ends}</span>` : nothing}
          ${replaces === null ? nothing : html`<span class="pill">${words.replaces}</span>`}
        </div>
        ${name === "" ? nothing : devicesLine(devices)}
        <div class="facts numbers">
          ${connections > 0 ? html`<span class="good">${words.connections(formatCount(connections))}</span>` : nothing}
          <span>${used === null ? words.unused : words.used(ageOrDate(used, now), usedFrom)}</span>
          <span>${words.made(ageOrDate(created, now), createdBy)}</span>
          ${alias === null ? nothing : html`<span>${words.alias(alias)}</span>`}
          ${
            expires === null
              ? nothing
              : html`<span class=${expires - now < 86_400_000 ? "warn" : ""}>
                  ${expires <= now ? words.expired : words.expires(formatInstant(expires, now, 60_000))}
                </span>`
          }
        </div>
      </div>
      <action-menu
        .label=${texts.access.actions(tokenName(token))}
        .actions=${[
          { id: "rotate", label: words.rotate, icon: icons.redo },
          { id: "revoke", label: words.revoke, icon: icons.remove, removes: true },
        ]}
        @action-chosen=${({ detail }: CustomEvent<string>) => (detail === "rotate" ? this.#rotate(token) : this.#revoke(token))}
      ></action-menu>
    </li>`;
  }

  #matches({ name, devices, kind, alias, createdBy }: TokenEntry): boolean {
    if (this.kind !== undefined && kind !== this.kind) return false;
    const query = this.query.trim().toLocaleLowerCase();
    return [name, alias ?? "", createdBy, ...(devices ?? [])].some((text) => text.toLocaleLowerCase().includes(query));
  }

  #filter(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.kind = kinds.find((kind) => kind === value);
    this.rows = pageRows;
  }

  #clear(): void {
    this.query = "";
    this.kind = undefined;
  }

  #more(): void {
    this.rows += pageRows;
  }

  #make(): void {
    void this.open(import("./token-make.ts"), (end) => html`<token-make .hub=${this.hub} @closed=${end}></token-make>`);
  }

  #csv(): void {
    void this.open(import("./tokens-csv.ts"), (end) => html`<tokens-csv .hub=${this.hub} @closed=${end}></tokens-csv>`);
  }

  #rotate(token: TokenEntry): void {
    void this.open(
      import("./token-rotate.ts"),
      (end) => html`<token-rotate .hub=${this.hub} .token=${token} @closed=${end}></token-rotate>`,
    );
  }

  #revoke(token: TokenEntry): void {
    const words = texts.access.tokens;
    const name = tokenName(token);
    const question = {
      heading: words.revokeHeading(name),
      intro: words.revokeIntro,
      confirm: words.revoke,
      run: async () => {
        await this.hub.api.delete(`tokens/${encodeURIComponent(token.id)}`);
        return words.revoked(name);
      },
    };
    void this.open(
      import("./confirm-dialog.ts"),
      (end) => html`<confirm-dialog .hub=${this.hub} .question=${question} @closed=${end}></confirm-dialog>`,
    );
  }
}
