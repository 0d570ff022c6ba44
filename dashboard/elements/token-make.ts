import { type CSSResultGroup, css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { NewTokenAnswer, TokenOrder } from "../../server/protocol/index.ts";
import { texts } from "../texts/index.ts";
import "./device-picker.ts";
import type { DialogForm } from "./form-dialog.ts";
import { type Lifetime, lifetimeField, lifetimeMs } from "./lifetime-field.ts";
import { nameField } from "./name-field.ts";
import { SecretDialog } from "./secret-dialog.ts";
import "./token-shown.ts";
import { tokenName } from "./token-words.ts";

const kinds = ["device", "fleet", "program"] as const;
type Kind = (typeof kinds)[number];
const roles = ["viewer", "operator"] as const;

/** Makes a token of a device, a fleet or a program, and shows it the one time that it can be seen. */
@customElement("token-make")
export class TokenMake extends SecretDialog<NewTokenAnswer> {
  static override styles: CSSResultGroup = [
    SecretDialog.styles,
    css`
      :host {
        --dialog-width: 600px;
      }
    `,
  ];

  @property({ attribute: false }) kind: Kind = "device";
  @state() private devices: readonly string[] = [];
  @state() private name = "";
  @state() private alias = "";
  @state() private right: (typeof roles)[number] = "viewer";
  @state() private lifetime: Lifetime = { key: "forEver", until: "" };

  protected override shown(made: NewTokenAnswer) {
    return { heading: tokenName(made), body: html`<token-shown .made=${made}></token-shown>` };
  }

  protected override ask(): DialogForm {
    const words = texts.access.make;
    return {
      heading: words.heading,
      body: html`
        <label class="field">
          <span>${words.kind}</span>
          <select @change=${(event: Event) => this.#chooseKind((event.target as HTMLSelectElement).value)}>
            ${kinds.map((kind) => html`<option value=${kind} ?selected=${kind === this.kind}>${words.kinds[kind]}</option>`)}
          </select>
          <small>${words.hints[this.kind]}</small>
        </label>
        <device-picker
          .hub=${this.hub}
          .devices=${this.devices}
          @picked=${({ detail }: CustomEvent<readonly string[]>) => {
            this.devices = detail;
          }}
        ></device-picker>
        ${this.kind === "program" ? this.#role() : nothing}
        ${nameField(words, this.name, (name) => {
          this.name = name;
        })}
        ${this.kind === "device" && this.devices.length === 1 && !this.devices[0]?.includes("*") ? this.#alias() : nothing}
        ${lifetimeField(
          ["forEver", "day", "week", "month", "year", "date"],
          this.lifetime,
          words.lifetime,
          this.hub.client.now(),
          (lifetime) => {
            this.lifetime = lifetime;
          },
        )}
      `,
      confirm: this.waiting ? words.waiting : words.confirm,
      ready: (this.kind !== "device" || this.devices.length > 0) && this.#lifetimeMs() !== undefined,
    };
  }

  #role() {
    const words = texts.access.make;
    return html`<label class="field">
      <span>${words.role}</span>
      <select
        @change=${(event: Event) => {
          this.right = roles.find((role) => role === (event.target as HTMLSelectElement).value) ?? this.right;
        }}
      >
        ${roles.map((role) => html`<option value=${role} ?selected=${role === this.right}>${words.roles[role]}</option>`)}
      </select>
    </label>`;
  }

  #alias() {
    const words = texts.access.make;
    return html`<label class="field">
      <span>${words.alias}</span>
      <input
        maxlength="128"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        .value=${this.alias}
        @input=${(event: Event) => {
          this.alias = (event.target as HTMLInputElement).value;
        }}
      />
      <small>${words.aliasHint}</small>
    </label>`;
  }

  #chooseKind(value: string): void {
    this.kind = kinds.find((kind) => kind === value) ?? this.kind;
  }

  #lifetimeMs(): number | null | undefined {
    return lifetimeMs(this.lifetime, this.hub.client.now());
  }

  protected override make(): Promise<NewTokenAnswer> {
    const { kind, devices, right: role } = this;
    const lifetime = this.#lifetimeMs();
    const [name, alias] = [this.name.trim(), this.alias.trim()];
    const order: TokenOrder = {
      kind,
      ...(name === "" ? {} : { name }),
      ...(devices.length === 0 ? {} : { devices: [...devices] }),
      ...(kind === "device" && alias !== "" && devices.length === 1 ? { alias } : {}),
      ...(kind === "program" ? { role } : {}),
      ...(typeof lifetime === "number" ? { lifetime } : {}),
    };
    return this.hub.api.post<NewTokenAnswer>("tokens", order);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "token-make": TokenMake;
  }
}
