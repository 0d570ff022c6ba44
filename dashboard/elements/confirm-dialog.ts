import { nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { AccessDialog } from "./access-dialog.ts";
import type { DialogForm } from "./form-dialog.ts";

/** What is asked, and what is done on a yes. */
export interface Question {
  readonly heading: string;
  readonly intro: string;
  readonly confirm: string;
  /** Does it, and tells in words what was done. `say`: how far it is, where that takes its time. */
  readonly run: (say: (words: string) => void) => Promise<string>;
}

/** Asks once more before something is taken away for good. Fires `closed`, with words as detail where it was done. */
@customElement("confirm-dialog")
export class ConfirmDialog extends AccessDialog {
  @property({ attribute: false }) question!: Question;
  @state() private going = "";

  protected override form(): DialogForm {
    const { heading, intro, confirm } = this.question;
    return {
      heading,
      intro,
      body: nothing,
      confirm: (this.waiting && this.going) || confirm,
      danger: true,
      ready: true,
    };
  }

  protected override submit(): Promise<string> {
    return this.question.run((words) => {
      this.going = words;
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "confirm-dialog": ConfirmDialog;
  }
}
