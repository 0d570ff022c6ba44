import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { BudgetAnswer, StorageAnswer } from "../../server/protocol/index.ts";
import { formatBytes } from "../data/sizes.ts";
import { texts } from "../texts/index.ts";
import { type DialogForm, FormDialog } from "./form-dialog.ts";

/** Says what the data may take. Fires `closed`, with words as detail where it was said. */
@customElement("storage-budget")
export class StorageBudget extends FormDialog {
  @property({ attribute: false }) answer!: StorageAnswer;
  @state() private said: string | undefined;

  protected override form(): DialogForm {
    const words = texts.retention.budget;
    const { answer, said = answer.budgetSaid } = this;
    return {
      heading: words.heading,
      intro: words.intro,
      confirm: words.set,
      ready: said.trim() !== "",
      body: html`<label class="field">
          <span>${words.size}</span>
          <input
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            .value=${said}
            aria-invalid=${this.problem !== undefined}
            @input=${(event: Event) => {
              this.said = (event.target as HTMLInputElement).value;
              this.problem = undefined;
            }}
          />
          <small>${words.hint}</small>
        </label>
        <p class="hint numbers">${words.now(formatBytes(answer.used))}</p>`,
    };
  }

  protected override async submit(): Promise<string> {
    const order = { budget: this.said ?? this.answer.budgetSaid };
    const { budget } = await this.hub.api.put<BudgetAnswer>("storage/budget", order);
    const words = texts.retention.budget;
    return words.done(budget === null ? words.all : formatBytes(budget));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "storage-budget": StorageBudget;
  }
}
