import { html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import type { NewTokenAnswer } from "../../server/protocol/index.ts";
import { formatInstant } from "../data/format.ts";
import { rootOf } from "../data/hub-address.ts";
import { texts } from "../texts/index.ts";
import "./code-block.ts";
import "./device-picker.ts";
import { type DialogForm, FormDialog } from "./form-dialog.ts";
import { type Lifetime, lifetimeField, lifetimeMs } from "./lifetime-field.ts";
import "./qr-code.ts";

/** Makes a link for a guest, and shows it the one time that it can be seen. */
@customElement("link-make")
export class LinkMake extends FormDialog {
  @state() private devices: readonly string[] = [];
  @state() private lifetime: Lifetime = { key: "week", until: "" };
  @state() private made: NewTokenAnswer | undefined;
  @query("device-picker") private picker!: HTMLElementTagNameMap["device-picker"];

  override firstUpdated(): void {
    super.firstUpdated();
    void this.picker.updateComplete.then(() => this.picker.focus());
  }

  protected override form(): DialogForm {
    const words = texts.access.links;
    if (this.made) return { heading: words.heading, body: this.#shown(this.made), ready: false };
    return {
      heading: words.heading,
      intro: words.makeIntro,
      body: html`
        <device-picker
          .hub=${this.hub}
          .devices=${this.devices}
          @picked=${({ detail }: CustomEvent<readonly string[]>) => {
            // One device, or one group: what was there before gives way.
            this.devices = detail.slice(-1);
          }}
        ></device-picker>
        ${lifetimeField(["day", "week", "month", "date"], this.lifetime, texts.access.make.lifetime, (lifetime) => {
          this.lifetime = lifetime;
        })}
      `,
      confirm: this.waiting ? texts.access.make.waiting : words.confirm,
      ready: this.devices.length > 0 && this.#lifetimeMs() !== undefined,
    };
  }

  #shown({ token, expires }: NewTokenAnswer) {
    const words = texts.access.links;
    const address = `${location.protocol}//${rootOf(location)}#token=${token}`;
    return html`
      <p class="hint" role="status">
        ${words.once} ${expires === null ? nothing : words.until(formatInstant(expires, this.hub.client.now(), 60_000))}
      </p>
      <code-block inline .code=${address} .label=${words.link}></code-block>
      <qr-code .text=${address} .label=${words.scan}></qr-code>
      <p class="hint">${words.scan}</p>
    `;
  }

  #lifetimeMs(): number | undefined {
    return lifetimeMs(this.lifetime, Date.now()) ?? undefined;
  }

  protected override async submit(): Promise<string | undefined> {
    const lifetime = this.#lifetimeMs();
    if (lifetime === undefined) return undefined;
    const order = { kind: "link", devices: this.devices, lifetime };
    this.made = await this.hub.api.post<NewTokenAnswer>("tokens", order);
    this.done = "";
    return undefined;
  }

  protected override failed(error: unknown): string {
    return texts.access.notDone(super.failed(error));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "link-make": LinkMake;
  }
}
