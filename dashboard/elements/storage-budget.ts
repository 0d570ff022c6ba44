import { html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { BudgetAnswer, StorageAnswer } from "../../server/protocol/index.ts";
import type { Hub } from "../client/hub.ts";
import { HubRefusal } from "../client/hub-api.ts";
import { formatBytes } from "../data/sizes.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { retentionWords } from "../texts/retention.ts";
import { dialogStyles } from "./dialog-styles.ts";

/** Says what the data may take. Fires `closed`, with words as detail where it was said. */
@customElement("storage-budget")
export class StorageBudget extends LitElement {
  static override styles = [baseStyles, buttonStyles, dialogStyles];

  @property({ attribute: false }) hub!: Hub;
  @property({ attribute: false }) answer!: StorageAnswer;
  @state() private said: string | undefined;
  @state() private problem: string | undefined;
  @state() private setting = false;
  @query("dialog") private dialog!: HTMLDialogElement;

  #done: string | undefined;

  override firstUpdated(): void {
    this.dialog.showModal();
  }

  override render() {
    const words = retentionWords().budget;
    const { answer, said = answer.budgetSaid } = this;
    return html`<dialog
      aria-labelledby="heading"
      @close=${() => this.dispatchEvent(new CustomEvent<string | undefined>("closed", { detail: this.#done }))}
      @cancel=${(event: Event) => this.setting && event.preventDefault()}
    >
      <form novalidate @submit=${this.#set} aria-busy=${this.setting}>
        <div class="head">
          <h2 id="heading">${words.heading}</h2>
          <p>${words.intro}</p>
        </div>
        <div class="body">
          <label class="field">
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
          <p class="hint numbers">${words.now(formatBytes(answer.used))}</p>
          ${this.problem === undefined ? nothing : html`<p class="error" role="alert">${this.problem}</p>`}
        </div>
        <div class="foot">
          <button type="button" class="button" ?disabled=${this.setting} @click=${() => this.dialog.close()}>
            ${texts.dialog.cancel}
          </button>
          <button type="submit" class="button primary" ?disabled=${this.setting || said.trim() === ""}>${words.set}</button>
        </div>
      </form>
    </dialog>`;
  }

  async #set(event: Event): Promise<void> {
    event.preventDefault();
    if (this.setting) return;
    this.setting = true;
    try {
      const order = { budget: this.said ?? this.answer.budgetSaid };
      const { budget } = await this.hub.api.put<BudgetAnswer>("storage/budget", order);
      const words = retentionWords().budget;
      this.#done = words.done(budget === null ? words.all : formatBytes(budget));
      this.dialog.close();
    } catch (error) {
      this.problem = error instanceof HubRefusal ? error.message : texts.dialog.noAnswer;
    } finally {
      this.setting = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "storage-budget": StorageBudget;
  }
}
