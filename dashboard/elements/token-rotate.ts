import { type CSSResultGroup, css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { NewTokenAnswer, RotateOrder, TokenEntry } from "../../server/protocol/index.ts";
import { texts } from "../texts/index.ts";
import { type DialogForm, FormDialog } from "./form-dialog.ts";
import { tokenName } from "./token-words.ts";
import "./token-shown.ts";

const hourMs = 3_600_000;
const overlapsMs = { none: 0, hour: hourMs, day: 24 * hourMs, week: 168 * hourMs } as const;
type Overlap = keyof typeof overlapsMs;
const overlaps: readonly Overlap[] = ["day", "week", "hour", "none"];

/** Makes another token in the place of one, and shows it the one time that it can be seen. */
@customElement("token-rotate")
export class TokenRotate extends FormDialog {
  static override styles: CSSResultGroup = [
    FormDialog.styles,
    css`
      :host {
        --dialog-width: 600px;
      }
    `,
  ];

  @property({ attribute: false }) token!: TokenEntry;
  @state() private overlap: Overlap = "day";
  @state() private made: NewTokenAnswer | undefined;

  protected override form(): DialogForm {
    const words = texts.access.rotate;
    const heading = words.heading(tokenName(this.token));
    if (this.made) return { heading, body: html`<token-shown .made=${this.made}></token-shown>`, ready: false };
    return {
      heading,
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
      confirm: this.waiting ? texts.access.make.waiting : words.confirm,
      ready: true,
    };
  }

  protected override async submit(): Promise<string | undefined> {
    const order: RotateOrder = { overlap: overlapsMs[this.overlap] };
    this.made = await this.hub.api.post<NewTokenAnswer>(`tokens/${encodeURIComponent(this.token.id)}/rotate`, order);
    this.done = "";
    return undefined;
  }

  protected override failed(error: unknown): string {
    return texts.access.notDone(super.failed(error));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "token-rotate": TokenRotate;
  }
}
