import { texts } from "../texts/index.ts";
import { FormDialog } from "./form-dialog.ts";

/** A dialog of the page Access, that tells alike what was not done. */
export abstract class AccessDialog extends FormDialog {
  protected override failed(error: unknown): string {
    return texts.access.notDone(super.failed(error));
  }
}
