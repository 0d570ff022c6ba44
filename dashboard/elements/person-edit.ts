import { type CSSResultGroup, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { PersonEdit as Edit, PersonEntry, PersonOrder, PersonRole } from "../../server/protocol/index.ts";
import { formatCount } from "../data/format.ts";
import { minPasswordLength } from "../data/password-rule.ts";
import { texts } from "../texts/index.ts";
import { AccessDialog } from "./access-dialog.ts";
import "./device-picker.ts";
import type { DialogForm } from "./form-dialog.ts";
import { PasswordInput, passwordStyles } from "./password-input.ts";

const roles = ["viewer", "operator", "admin"] as const satisfies readonly PersonRole[];

/** Lets a person in, or changes what one may do. Fires `closed`, with words as detail where it was done. */
@customElement("person-edit")
export class PersonEditDialog extends AccessDialog {
  static override styles: CSSResultGroup = [AccessDialog.styles, passwordStyles];

  /** Undefined: a new one. */
  @property({ attribute: false }) person: PersonEntry | undefined;
  @state() private name = "";
  @state() private right: PersonRole = "viewer";
  @state() private devices: readonly string[] = [];
  readonly #password = new PasswordInput(this, "password");

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.person) return;
    this.name = this.person.name;
    this.right = this.person.role;
    this.devices = this.person.devices ?? [];
  }

  protected override form(): DialogForm {
    const words = texts.access.person;
    const { person } = this;
    const isNew = person === undefined;
    const save = isNew ? words.add : words.save;
    const password = this.#password.value;
    return {
      heading: isNew ? words.addHeading : words.editHeading(person.name),
      body: html`
        <label class="field">
          <span>${words.name}</span>
          <input
            name="username"
            required
            maxlength="64"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            .value=${this.name}
            @input=${(event: Event) => {
              this.name = (event.target as HTMLInputElement).value;
            }}
          />
          <small>${words.nameHint}</small>
        </label>
        <label class="field">
          <span>${words.role}</span>
          <select
            @change=${(event: Event) => {
              this.right = roles.find((role) => role === (event.target as HTMLSelectElement).value) ?? this.right;
            }}
          >
            ${roles.map((role) => html`<option value=${role} ?selected=${role === this.right}>${words.roles[role]}</option>`)}
          </select>
        </label>
        ${
          this.right === "admin"
            ? nothing
            : html`<device-picker
                .hub=${this.hub}
                .devices=${this.devices}
                .hint=${words.devicesHint}
                @picked=${({ detail }: CustomEvent<readonly string[]>) => {
                  this.devices = detail;
                }}
              ></device-picker>`
        }
        ${this.#password.render({
          label: isNew ? texts.password.label : words.newPassword,
          autocomplete: "new-password",
          hint: isNew ? texts.password.rule(formatCount(minPasswordLength)) : words.newPasswordHint,
          required: isNew,
        })}
      `,
      confirm: this.waiting ? words.saving : save,
      ready: this.name.trim() !== "" && (this.#password.isLongEnough || (!isNew && password === "")),
    };
  }

  protected override async submit(): Promise<string | undefined> {
    const words = texts.access.person;
    const name = this.name.trim();
    const password = this.#password.value;
    const devices = this.right === "admin" || this.devices.length === 0 ? null : [...this.devices];
    if (!this.person) {
      const order: PersonOrder = { name, role: this.right, devices, password };
      await this.hub.api.post("people", order);
      return words.added(name);
    }
    const { person } = this;
    const edit: Edit = {
      ...(name === person.name ? {} : { name }),
      ...(this.right === person.role ? {} : { role: this.right }),
      ...(JSON.stringify(devices) === JSON.stringify(person.devices) ? {} : { devices }),
      ...(password === "" ? {} : { password }),
    };
    if (Object.keys(edit).length > 0) await this.hub.api.patch(`people/${encodeURIComponent(person.id)}`, edit);
    return words.saved(name);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "person-edit": PersonEditDialog;
  }
}
