import { type CSSResultGroup, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import type { Hub } from "../client/hub.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { dialogStyles } from "./dialog-styles.ts";
import { failureWords } from "./failure-words.ts";

/** What stands in a dialog. */
export interface DialogForm {
  readonly heading: string;
  readonly intro?: string;
  readonly body: TemplateResult | typeof nothing;
  /** On the button that does it; without it there is nothing left to do but to close. */
  readonly confirm?: string;
  /** It cannot be undone. */
  readonly danger?: boolean;
  /** Whether it can be done as the fields are. */
  readonly ready: boolean;
  /** On the button that closes it, where that is neither to cancel nor to be done. */
  readonly close?: string;
}

/**
 * A dialog that orders something of the hub: it opens as it comes onto the page, waits for what is on its way, tells why that
 * failed and stays then, else closes. Fires `closed`, with what was done as detail where something was.
 */
export abstract class FormDialog<Done = string> extends LitElement {
  static override styles: CSSResultGroup = [baseStyles, buttonStyles, dialogStyles];

  @property({ attribute: false }) hub!: Hub;
  /** Something is on its way to the hub. */
  @state() protected waiting = false;
  /** Why the newest order failed. */
  @state() protected problem: string | undefined;
  /** What was done, also of several orders while it was open. */
  @state() protected done: Done | undefined;
  @query("dialog") private dialog!: HTMLDialogElement;
  @query("input, select") private firstField!: HTMLElement | null;
  @query(".foot .button:enabled") private lastButton!: HTMLElement | null;

  protected abstract form(): DialogForm;

  /** Does it. Undefined: there is nothing to do as the fields are. What it throws is told in the dialog. */
  protected abstract submit(): Promise<Done | undefined>;

  /** In words why an order failed. */
  protected failed(error: unknown): string {
    return failureWords(error);
  }

  /** Whether something would be lost with it: neither Escape nor a click beside closes it, nor does the page below when it goes. */
  get holds(): boolean {
    return false;
  }

  /** Somebody wants to close it: by its button, or as a slip of the hand may do, too. */
  protected leave(_byButton: boolean): void {
    this.dialog.close();
  }

  override firstUpdated(): void {
    this.dialog.showModal();
  }

  override render() {
    const { heading, intro, body, confirm, danger, ready, close } = this.form();
    // Where Escape is pressed twice, browsers that know closedby ask nobody the second time.
    return html`<dialog
      aria-labelledby="heading"
      closedby=${this.waiting || this.holds ? "none" : "closerequest"}
      @close=${this.#closed} @cancel=${this.#cancelled}
    >
      <form novalidate @submit=${this.#submitted} aria-busy=${this.waiting}>
        <div class="head">
          <h2 id="heading" class="numbers">${heading}</h2>
          ${intro === undefined ? nothing : html`<p>${intro}</p>`}
        </div>
        ${body === nothing ? nothing : html`<div class="body">${body}</div>`}
        <div class="foot">
          <p class="failure" role="alert">${this.problem}</p>
          <button type="button" class="button" ?disabled=${this.waiting} @click=${() => this.leave(true)}>
            ${close ?? (this.done === undefined ? texts.dialog.cancel : texts.dialog.close)}
          </button>
          ${
            confirm === undefined
              ? nothing
              : html`<button type="submit" class="button ${danger ? "danger" : "primary"}" ?disabled=${this.waiting || !ready}>
                  ${confirm}
                </button>`
          }
        </div>
      </form>
    </dialog>`;
  }

  /** It is done: nothing is left to do here. */
  protected finish(done: Done): void {
    this.done = done;
    this.dialog.close();
  }

  /** One order after another: its controls are disabled, and the focus is in the dialog afterwards. */
  protected async order(work: () => Promise<void>): Promise<void> {
    if (this.waiting) return;
    const focused = this.shadowRoot?.activeElement;
    this.waiting = true;
    this.problem = undefined;
    try {
      await work();
    } catch (error) {
      this.problem = this.failed(error);
    } finally {
      this.waiting = false;
      await this.updateComplete;
      this.#refocus(focused);
    }
  }

  /** A button that was disabled meanwhile has lost the focus, and may be gone. */
  #refocus(focused: Element | null | undefined): void {
    if (!this.dialog.open || this.shadowRoot?.activeElement) return;
    if (focused instanceof HTMLElement && focused.isConnected) focused.focus();
    if (!this.shadowRoot?.activeElement) this.firstField?.focus();
    if (!this.shadowRoot?.activeElement) this.lastButton?.focus();
  }

  async #submitted(event: Event): Promise<void> {
    event.preventDefault();
    await this.order(async () => {
      const done = await this.submit();
      if (done !== undefined) this.finish(done);
    });
  }

  /** What is on its way to the hub is waited for. */
  #cancelled(event: Event): void {
    if (this.waiting || this.holds) event.preventDefault();
    if (this.holds && !this.waiting) this.leave(false);
  }

  #closed(): void {
    this.dispatchEvent(new CustomEvent<Done | undefined>("closed", { detail: this.done }));
  }
}
