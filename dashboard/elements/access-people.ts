import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { PeopleAnswer, PersonEntry } from "../../server/protocol/index.ts";
import { formatCount } from "../data/format.ts";
import { texts } from "../texts/index.ts";
import { AccessPanel } from "./access-panel.ts";
import "./action-menu.ts";
import { icons } from "./icons.ts";
import { devicesLine } from "./token-words.ts";
import { ageOrDate } from "./values.ts";

/** Who can sign in, and what they may do. */
@customElement("access-people")
export class AccessPeople extends AccessPanel<PeopleAnswer> {
  constructor() {
    super("people", 15_000);
  }

  protected override list({ people }: PeopleAnswer) {
    const words = texts.access.people;
    return html`
      <div class="bar">
        <div class="end">
          <button type="button" class="button primary" @click=${() => this.#edit(undefined)}>${icons.plus}${words.add}</button>
        </div>
      </div>
      ${
        people.length === 0
          ? html`<div class="empty"><strong>${words.none}</strong></div>`
          : html`<ul class="rows">
              ${repeat(
                people,
                ({ id }) => id,
                (person) => this.#row(person),
              )}
            </ul>`
      }
    `;
  }

  #row(person: PersonEntry) {
    const words = texts.access.people;
    const { name, role, devices, disabled, sessions, seen } = person;
    return html`<li>
      <div class="what">
        <div class="title">
          <span>${name}</span>
          <span class="pill">${texts.guard.roles[role]}</span>
          ${disabled ? html`<span class="pill warn">${words.disabled}</span>` : nothing}
        </div>
        ${devicesLine(devices)}
        <div class="facts numbers">
          ${sessions === 0 ? html`<span>${words.unseen}</span>` : html`<span>${words.sessions(formatCount(sessions))}</span>`}
          ${seen === null ? nothing : html`<span>${words.seen(ageOrDate(seen, this.nowMs))}</span>`}
        </div>
      </div>
      <action-menu
        .label=${texts.access.actions(name)}
        .actions=${[
          { id: "change", label: words.change, icon: icons.edit },
          { id: "disable", label: disabled ? words.enable : words.disable, icon: disabled ? icons.check : icons.close },
          { id: "remove", label: words.remove, icon: icons.remove, removes: true },
        ]}
        @action-chosen=${({ detail }: CustomEvent<string>) => this.#act(detail, person)}
      ></action-menu>
    </li>`;
  }

  #act(action: string, person: PersonEntry): void {
    if (action === "change") this.#edit(person);
    else if (action === "remove") this.#remove(person);
    else if (person.disabled) void this.order(() => this.#disable(person));
    else this.#askDisable(person);
  }

  #askDisable(person: PersonEntry): void {
    const words = texts.access.people;
    this.confirm({
      heading: words.disableHeading(person.name),
      intro: words.disableIntro,
      confirm: words.disable,
      run: () => this.#disable(person),
    });
  }

  async #disable({ id, name, disabled }: PersonEntry): Promise<string> {
    await this.hub.api.patch(`people/${encodeURIComponent(id)}`, { disabled: !disabled });
    return disabled ? texts.access.people.isEnabled(name) : texts.access.people.isDisabled(name);
  }

  #edit(person: PersonEntry | undefined): void {
    void this.open(
      import("./person-edit.ts"),
      (end) => html`<person-edit .hub=${this.hub} .person=${person} @closed=${end}></person-edit>`,
    );
  }

  #remove({ id, name }: PersonEntry): void {
    const words = texts.access.people;
    this.confirm({
      heading: words.removeHeading(name),
      intro: words.removeIntro,
      confirm: words.remove,
      run: async () => {
        await this.hub.api.delete(`people/${encodeURIComponent(id)}`);
        return words.removed(name);
      },
    });
  }
}
