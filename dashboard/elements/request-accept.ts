import { html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { RequestEntry, TokensAnswer } from "../../server/protocol/index.ts";
import { texts } from "../texts/index.ts";
import { AccessDialog } from "./access-dialog.ts";
import "./device-picker.ts";
import type { DialogForm } from "./form-dialog.ts";

/** Lets a device in that takes the place of another. Fires `closed`, with words as detail where it was done. */
@customElement("request-accept")
export class RequestAccept extends AccessDialog {
  @property({ attribute: false }) request!: RequestEntry;
  @state() private place: readonly string[] = [];
  @query("device-picker") private picker!: HTMLElementTagNameMap["device-picker"];

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.request.known) this.place = [this.request.device];
  }

  override firstUpdated(): void {
    super.firstUpdated();
    void this.picker.updateComplete.then(() => this.picker.focus());
  }

  protected override form(): DialogForm {
    const words = texts.access.accept;
    const { device, known } = this.request;
    const isSame = known && this.place[0] === device;
    return {
      heading: words.heading(device),
      intro: isSame ? words.knownIntro : words.intro,
      body: html`<device-picker
        .hub=${this.hub}
        .single=${true}
        .existing=${true}
        .label=${words.place}
        .devices=${this.place}
        @picked=${({ detail }: CustomEvent<readonly string[]>) => {
          this.place = detail;
        }}
      ></device-picker>`,
      confirm: this.waiting ? words.waiting : words.confirm,
      danger: true,
      ready: this.place.length === 1,
    };
  }

  protected override async submit(): Promise<string | undefined> {
    const [as] = this.place;
    if (as === undefined) return undefined;
    await this.hub.api.post<TokensAnswer>("requests", { code: this.request.code, as });
    return texts.access.requests.accepted(this.request.device);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "request-accept": RequestAccept;
  }
}
