import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { TokenEntry, TokensAnswer } from "../../server/protocol/index.ts";
import { revokeTokens } from "../client/revoke-tokens.ts";
import { formatCount, formatInstant } from "../data/format.ts";
import { texts } from "../texts/index.ts";
import { AccessPanel } from "./access-panel.ts";
import "./action-menu.ts";
import { failureWords } from "./failure-words.ts";
import { icons } from "./icons.ts";
import { ListTools, listToolStyles } from "./list-tools.ts";
import { devicesLine, devicesText, tokenName } from "./token-words.ts";
import { tokenListStyles } from "./tokens-list-styles.ts";
import { tokensEveryMs } from "./tokens-pace.ts";
import { ageOrDate } from "./values.ts";

const kinds = ["device", "fleet", "program"] as const;
/** So many rows at once. */
const pageRows = 100;
/** What was made within so long of each other was made together, ms. */
const togetherMs = 1_000;
/** A token that ends so soon is told apart, ms. */
const soonMs = 86_400_000;

/** The tokens of devices, gateways, fleets and programs: found, and rotated or revoked one by one or many together. */
@customElement("access-tokens")
export class AccessTokens extends AccessPanel<TokensAnswer> {
  static override styles = [AccessPanel.styles, listToolStyles, tokenListStyles];

  @state() private kind: (typeof kinds)[number] | undefined;
  @state() private picked: ReadonlySet<string> = new Set();
  readonly #tools = new ListTools(this, pageRows);
  #sortedOf: { readonly of: readonly TokenEntry[]; readonly all: readonly TokenEntry[] } | undefined;

  constructor() {
    super("tokens", tokensEveryMs);
  }

  /** What was revoked elsewhere is picked no longer. */
  protected override told({ tokens }: TokensAnswer): void {
    if (this.picked.size === 0) return;
    this.picked = new Set(tokens.flatMap(({ id }) => (this.picked.has(id) ? [id] : [])));
  }

  protected override list({ tokens }: TokensAnswer) {
    const words = texts.access.tokens;
    const tools = this.#tools;
    const all = this.#sorted(tokens);
    const found = all.filter((token) => this.#matches(token));
    const replaced = new Set(tokens.map(({ replaces }) => replaces));
    return html`
      <p class="intro">${words.intro}</p>
      <div class="bar">
        ${
          all.length === 0
            ? nothing
            : html`${tools.search(words.search)}
              ${tools.choice({
                label: words.all,
                chosen: this.kind,
                keys: kinds,
                words: (kind) => words.kinds[kind],
                choose: (kind) => {
                  this.kind = kind;
                },
              })}
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
            ? tools.nothing(words.none, () => {
                this.kind = undefined;
              })
            : html`${this.#together(found)}
              <ul class="rows">
                ${repeat(
                  tools.shown(found),
                  ({ id }) => id,
                  (token) => this.#row(token, replaced.has(token.id)),
                )}
              </ul>
              ${tools.pager(found.length)}`
      }
    `;
  }

  /** What can be done to many at once. */
  #together(found: readonly TokenEntry[]) {
    const words = texts.access.tokens;
    const picked = found.filter(({ id }) => this.picked.has(id));
    const isAll = picked.length === found.length;
    const count = formatCount(picked.length);
    return html`<div class="all ${picked.length > 0 ? "some" : ""}">
      <label class="pick">
        <input
          type="checkbox"
          .checked=${isAll}
          .indeterminate=${picked.length > 0 && !isAll}
          @change=${() => this.#pick(found, !isAll)}
        />
        <span class="numbers">
          ${picked.length === 0 ? words.pickAll(formatCount(found.length), found.length === 1) : words.picked(count)}
        </span>
      </label>
      ${
        picked.length === 0
          ? nothing
          : html`<div class="do">
              <button type="button" class="button" @click=${() => this.#rotate(picked)}>${words.rotate}</button>
              <button type="button" class="button" @click=${() => this.#revokeMany(picked)}>${words.revoke}</button>
            </div>`
      }
    </div>`;
  }

  #row(token: TokenEntry, isReplaced: boolean) {
    const words = texts.access.tokens;
    const { id, name, devices, kind, role, replaces } = token;
    const isPicked = this.picked.has(id);
    return html`<li class=${isPicked ? "picked" : ""}>
      <label class="pick">
        <input
          type="checkbox"
          aria-label=${words.pick(tokenName(token))}
          .checked=${isPicked}
          @change=${() => this.#pick([token], !isPicked)}
        />
      </label>
      <div class="what">
        <div class="title">
          ${name === "" ? html`<span class="devices">${devicesText(devices)}</span>` : html`<span>${name}</span>`}
          ${kind === "device" ? nothing : html`<span class="pill">${words.kind[kind]}${role ? `, ${texts.guard.roles[role]}` : ""}</span>`}
          ${isReplaced ? html`<span class="pill warn">${words.ends}</span>` : nothing}
          ${replaces === null ? nothing : html`<span class="pill">${words.replaces}</span>`}
        </div>
        ${name === "" ? nothing : devicesLine(devices)}
        ${this.#facts(token)}
      </div>
      <action-menu
        .label=${texts.access.actions(tokenName(token))}
        .actions=${[
          { id: "rotate", label: words.rotate, icon: icons.redo },
          { id: "revoke", label: words.revoke, icon: icons.remove, removes: true },
        ]}
        @action-chosen=${({ detail }: CustomEvent<string>) => (detail === "rotate" ? this.#rotate([token]) : this.#revoke(token))}
      ></action-menu>
    </li>`;
  }

  #facts({ alias, created, createdBy, expires, used, usedFrom, connections }: TokenEntry) {
    const words = texts.access.tokens;
    const now = this.nowMs;
    return html`<div class="facts numbers">
      ${connections > 0 ? html`<span class="good">${words.connections(formatCount(connections))}</span>` : nothing}
      <span>${used === null ? words.unused : words.used(ageOrDate(used, now), usedFrom)}</span>
      <span>${words.made(ageOrDate(created, now), createdBy)}</span>
      ${alias === null ? nothing : html`<span>${words.alias(alias)}</span>`}
      ${
        expires === null
          ? nothing
          : html`<span class=${expires - now < soonMs ? "warn" : ""}>
              ${expires <= now ? words.expired : words.expires(formatInstant(expires, now, 60_000))}
            </span>`
      }
    </div>`;
  }

  /** The newest first, those of one CSV as a person counts; sorted once for each answer. */
  #sorted(tokens: readonly TokenEntry[]): readonly TokenEntry[] {
    if (this.#sortedOf?.of === tokens) return this.#sortedOf.all;
    const { compare } = new Intl.Collator(undefined, { numeric: true });
    const all = tokens
      .filter(({ kind }) => kind !== "link")
      .sort(
        (one, other) =>
          Math.floor(other.created / togetherMs) - Math.floor(one.created / togetherMs) ||
          compare(devicesText(one.devices), devicesText(other.devices)),
      );
    this.#sortedOf = { of: tokens, all };
    return all;
  }

  #matches({ name, devices, kind, alias, createdBy }: TokenEntry): boolean {
    if (this.kind !== undefined && kind !== this.kind) return false;
    const { query } = this.#tools;
    return [name, alias ?? "", createdBy, ...(devices ?? [])].some((text) => text.toLocaleLowerCase().includes(query));
  }

  #pick(tokens: readonly TokenEntry[], isPicked: boolean): void {
    const picked = new Set(this.picked);
    for (const { id } of tokens) {
      if (isPicked) picked.add(id);
      else picked.delete(id);
    }
    this.picked = picked;
  }

  #make(): void {
    void this.open(import("./token-make.ts"), (end) => html`<token-make .hub=${this.hub} @closed=${end}></token-make>`);
  }

  #csv(): void {
    void this.open(import("./tokens-csv.ts"), (end) => html`<tokens-csv .hub=${this.hub} @closed=${end}></tokens-csv>`);
  }

  #rotate(tokens: readonly TokenEntry[]): void {
    void this.open(
      import("./token-rotate.ts"),
      (end) => html`<token-rotate .hub=${this.hub} .tokens=${tokens} @closed=${end}></token-rotate>`,
    );
  }

  #revoke(token: TokenEntry): void {
    const words = texts.access.tokens;
    const name = tokenName(token);
    this.confirm({
      heading: words.revokeHeading(name),
      intro: words.revokeIntro,
      confirm: words.revoke,
      run: async () => {
        const { failures } = await revokeTokens(this.hub.api, [token.id]);
        if (failures.length > 0) throw failures[0];
        return words.revoked(name);
      },
    });
  }

  #revokeMany(tokens: readonly TokenEntry[]): void {
    const words = texts.access.tokens;
    const count = formatCount(tokens.length);
    this.confirm({
      heading: words.revokeManyHeading(count, tokens.length === 1),
      intro: words.revokeManyIntro,
      confirm: words.revokeMany(count),
      run: async (say) => {
        const ids = tokens.map(({ id }) => id);
        const { answers, failures } = await revokeTokens(this.hub.api, ids, (over) =>
          say(texts.access.going(formatCount(over), count)),
        );
        const done = words.revokedMany(formatCount(answers.length), answers.length === 1);
        return failures.length === 0
          ? done
          : `${done} ${texts.access.notAll(formatCount(failures.length), failureWords(failures[0]))}`;
      },
    });
  }
}
