import { html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import type { NewTokenAnswer } from "../../server/protocol/index.ts";
import { formatInstant } from "../data/format.ts";
import { rootOf } from "../data/hub-address.ts";
import { timeZone } from "../data/time-zone.ts";
import { texts } from "../texts/index.ts";
import "./code-block.ts";
import "./device-picker.ts";
import type { DialogForm } from "./form-dialog.ts";
import { type Lifetime, lifetimeField, lifetimeMs } from "./lifetime-field.ts";
import { nameField } from "./name-field.ts";
import "./qr-code.ts";
import { SecretDialog } from "./secret-dialog.ts";

/** Makes a link for a guest, and shows it the one time that it can be seen. */
@customElement("link-make")
export class LinkMake extends SecretDialog<NewTokenAnswer> {
  @state() private name = "";
  @state() private devices: readonly string[] = [];
  @state() private lifetime: Lifetime = { key: "week", until: "" };
  @query("device-picker") private picker!: HTMLElementTagNameMap["device-picker"];

  override firstUpdated(): void {
    super.firstUpdated();
    void this.picker.updateComplete.then(() => this.picker.focus());
  }

  protected override ask(): DialogForm {
    const words = texts.access.links;
    return {
      heading: words.heading,
      intro: words.makeIntro,
      body: html`
        <device-picker
          .hub=${this.hub}
          .devices=${this.devices}
          @picked=${({ detail }: CustomEvent<readonly string[]>) => {
            this.devices = detail;
          }}
        ></device-picker>
        ${nameField(words, this.name, (name) => {
          this.name = name;
        })}
        ${lifetimeField(
          ["day", "week", "month", "date"],
          this.lifetime,
          texts.access.make.lifetime,
          this.hub.client.now(),
          (lifetime) => {
            this.lifetime = lifetime;
          },
        )}
      `,
      confirm: this.waiting ? texts.access.make.waiting : words.confirm,
      ready: this.devices.length > 0 && this.#lifetimeMs() !== undefined,
    };
  }

  protected override shown({ token, expires, name }: NewTokenAnswer) {
    const words = texts.access.links;
    const address = `${location.protocol}//${rootOf(location)}#token=${token}`;
    const until = expires === null ? undefined : formatInstant(expires, this.hub.client.now(), 60_000);
    const body = html`
      <p class="hint" role="status">${words.once} ${until === undefined ? nothing : words.until(until, timeZone.shown)}</p>
      <code-block inline .code=${address} .label=${words.link}></code-block>
      <qr-code .text=${address} .label=${words.scan}></qr-code>
      <p class="hint">${words.scan}</p>
    `;
    return { heading: name || words.heading, body };
  }

  #lifetimeMs(): number | undefined {
    return lifetimeMs(this.lifetime, this.hub.client.now()) ?? undefined;
  }

  protected override async make(): Promise<NewTokenAnswer | undefined> {
    const lifetime = this.#lifetimeMs();
    if (lifetime === undefined) return undefined;
    const name = this.name.trim();
    const order = { kind: "link", devices: this.devices, lifetime, ...(name === "" ? {} : { name }) };
    return this.hub.api.post<NewTokenAnswer>("tokens", order);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "link-make": LinkMake;
  }
}
