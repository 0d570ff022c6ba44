import { render, type TemplateResult } from "lit";
import type { Access } from "../client/access.ts";
import { FormDialog } from "./form-dialog.ts";

/** Holds one dialog above whatever page is shown: one with something that is shown once stays when the page below is left. */
export class DialogHolder {
  #place: HTMLElement | undefined;
  #unlisten: (() => void) | undefined;

  /** In the place of the one before. */
  show(dialog: TemplateResult, access: Access): void {
    this.close();
    const place = document.createElement("div");
    document.body.append(place);
    this.#place = place;
    const who = whoOf(access);
    // What it shows is nothing for whoever sits here next.
    this.#unlisten = access.listen(() => {
      if (whoOf(access) !== who) this.close();
    });
    render(dialog, place);
  }

  close(): void {
    this.#unlisten?.();
    this.#place?.remove();
    this.#place = undefined;
  }

  /** The page that it belongs to is left. */
  leave(): void {
    const dialog = this.#place?.firstElementChild;
    if (!(dialog instanceof FormDialog && dialog.holds)) this.close();
  }
}

function whoOf({ session, isOut }: Access): string {
  return JSON.stringify([isOut, session?.kind, session?.name]);
}
