import { type CSSResultGroup, css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { NewTokenAnswer, RotateOrder, TokenEntry } from "../../server/protocol/index.ts";
import { type ManyDone, orderMany } from "../client/many.ts";
import { formatCount } from "../data/format.ts";
import { texts } from "../texts/index.ts";
import { failureWords } from "./failure-words.ts";
import type { DialogForm } from "./form-dialog.ts";
import { SecretDialog } from "./secret-dialog.ts";
import "./token-shown.ts";
import { tokenName } from "./token-words.ts";
import "./tokens-shown.ts";

const hourMs = 3_600_000;
const overlapsMs = { none: 0, hour: hourMs, day: 24 * hourMs, week: 168 * hourMs } as const;
type Overlap = keyof typeof overlapsMs;
const overlaps: readonly Overlap[] = ["day", "week", "hour", "none"];

/** Makes others in the place of tokens, and shows them the one time that they can be seen: of many as a file. */
@customElement("token-rotate")
export class TokenRotate extends SecretDialog<ManyDone<NewTokenAnswer>> {
  static override styles: CSSResultGroup = [
    SecretDialog.styles,
    css`
      :host {
        --dialog-width: 600px;
      }
    `,
  ];

  @property({ attribute: false }) tokens!: readonly TokenEntry[];
  @state() private overlap: Overlap = "day";
  @state() private over = 0;

  protected override ask(): DialogForm {
    const words = texts.access.rotate;
    return {
      heading: this.#heading(),
      intro: words.intro,
      body: html`<label class="field">
        <span>${words.overlap}</span>
        <select
          @change=${(event: Event) => {
            this.overlap = overlaps.find((each) => each === (event.target as HTMLSelectElement).value) ?? this.overlap;
          }}
        >
          ${overlaps.map((each) => html`<option value=${each} ?selected=${each === this.overlap}>${words.overlaps[each]}</option>`)}
        </select>
      </label>`,
      confirm: this.waiting ? this.#going() : words.confirm(this.tokens.length === 1),
      ready: true,
    };
  }

  #heading(): string {
    const [first, ...others] = this.tokens;
    const words = texts.access.rotate;
    return first && others.length === 0 ? words.heading(tokenName(first)) : words.many(formatCount(this.tokens.length));
  }

  #going(): string {
    const many = this.tokens.length;
    return many === 1 ? texts.access.make.waiting : texts.access.going(formatCount(this.over), formatCount(many));
  }

  protected override shown({ answers, failures }: ManyDone<NewTokenAnswer>) {
    const [first, ...others] = answers;
    const body =
      first && others.length === 0
        ? html`<token-shown .made=${first}></token-shown>`
        : html`<tokens-shown
            .made=${answers}
            .problem=${failures.length === 0 ? "" : texts.access.notAll(formatCount(failures.length), failureWords(failures[0]))}
          ></tokens-shown>`;
    return { heading: this.#heading(), body };
  }

  protected override async make(): Promise<ManyDone<NewTokenAnswer>> {
    const order: RotateOrder = { overlap: overlapsMs[this.overlap] };
    const made = await orderMany(
      this.tokens,
      ({ id }) => this.hub.api.post<NewTokenAnswer>(`tokens/${encodeURIComponent(id)}/rotate`, order),
      (over) => {
        this.over = over;
      },
    );
    if (made.answers.length === 0) throw made.failures[0];
    return made;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "token-rotate": TokenRotate;
  }
}
