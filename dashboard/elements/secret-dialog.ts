import { type CSSResultGroup, css, html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { texts } from "../texts/index.ts";
import { AccessDialog } from "./access-dialog.ts";
import type { DialogForm } from "./form-dialog.ts";

/**
 * A dialog that makes something secret, and shows it the one time that it can be seen. Until that was copied or saved
 * (`copied`), nothing closes it unasked.
 */
export abstract class SecretDialog<Made> extends AccessDialog {
  static override styles: CSSResultGroup = [
    AccessDialog.styles,
    css`
      .asked:empty {
        margin-bottom: -16px;
      }
      .unsaved {
        padding: 8px 12px;
        border: 1px solid var(--warn-border);
        border-radius: var(--radius-s);
        background: var(--warn-ground);
        font-weight: 550;
      }
    `,
  ];

  @state() protected made: Made | undefined;
  @state() private kept = false;
  /** Whether it is asked if it shall be closed all the same. */
  @state() private asks = false;

  constructor() {
    super();
    this.addEventListener("copied", () => {
      this.kept = true;
      this.asks = false;
    });
  }

  /** What is to be filled in. */
  protected abstract ask(): DialogForm;

  /** Undefined: there is nothing to make as the fields are. */
  protected abstract make(): Promise<Made | undefined>;

  protected abstract shown(made: Made): { readonly heading: string; readonly body: TemplateResult };

  override get holds(): boolean {
    return this.made !== undefined && !this.kept;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#listen(false);
  }

  override updated(): void {
    this.#listen(this.holds && this.isConnected);
  }

  #listen(holds: boolean): void {
    const change = holds ? addEventListener : removeEventListener;
    change("beforeunload", keepTab);
    change("keydown", this.#key);
  }

  /** Of a dialog that Escape does not close browsers tell nothing but the key, wherever the focus is. */
  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && !event.defaultPrevented && !this.waiting) this.leave(false);
  };

  protected override leave(byButton: boolean): void {
    // The button that closed it leads back, once it is asked.
    if (this.holds) this.asks = !(byButton && this.asks);
    else super.leave(byButton);
  }

  protected override form(): DialogForm {
    if (this.made === undefined) return this.ask();
    const words = texts.access.secret;
    const { heading, body } = this.shown(this.made);
    return {
      heading,
      // The place where it is asked is there before, for those who listen.
      body: html`<div class="asked" role="alert">${this.asks ? html`<p class="unsaved">${words.unsaved}</p>` : nothing}</div>
        ${body}`,
      close: this.asks ? words.stay : texts.dialog.close,
      ready: this.asks,
      ...(this.asks ? { confirm: words.leave, danger: true } : {}),
    };
  }

  /** Once it is made, it stays open: what it shows now is shown this once. */
  protected override async submit(): Promise<string | undefined> {
    if (this.made !== undefined) return "";
    this.made = await this.make();
    if (this.made !== undefined) this.done = "";
    return undefined;
  }
}

function keepTab(event: BeforeUnloadEvent): void {
  event.preventDefault();
}
