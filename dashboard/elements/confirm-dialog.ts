import { nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { texts } from "../texts/index.ts";
import { type DialogForm, FormDialog } from "./form-dialog.ts";

/** What is asked, and what is done on a yes. */
export interface Question {
  readonly heading: string;
  readonly intro: string;
  readonly confirm: string;
  /** Does it, and tells in words what was done. */
  readonly run: () => Promise<string>;
}

/** Asks once more before something is taken away for good. Fires `closed`, with words as detail where it was done. */
@customElement("confirm-dialog")
export class ConfirmDialog extends FormDialog {
  @property({ attribute: false }) question!: Question;

  protected override form(): DialogForm {
    const { heading, intro, confirm } = this.question;
    return { heading, intro, body: nothing, confirm, danger: true, ready: true };
  }

  protected override submit(): Promise<string> {
    return this.question.run();
  }

  protected override failed(error: unknown): string {
    return texts.access.notDone(super.failed(error));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "confirm-dialog": ConfirmDialog;
  }
}
