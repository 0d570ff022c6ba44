/** The dialogs of the page Storage, each an element that is loaded when it is wanted. */
import { html, type TemplateResult } from "lit";
import type { SeriesEntry, StorageAnswer } from "../../server/protocol/index.ts";
import type { Hub } from "../client/hub.ts";
import type { Merged } from "../elements/series-merge.ts";
import type { StorageChoice } from "../elements/storage-delete.ts";
import { withTexts } from "../texts/index.ts";

export type StorageDialog =
  | { readonly kind: "budget" | "policies" }
  | { readonly kind: "delete"; readonly choice: StorageChoice }
  | { readonly kind: "rename" | "merge"; readonly entry: SeriesEntry };

const sources: Readonly<Record<StorageDialog["kind"], () => Promise<unknown>>> = {
  budget: () => import("../elements/storage-budget.ts"),
  policies: () => import("../elements/storage-policies.ts"),
  delete: () => import("../elements/storage-delete.ts"),
  rename: () => import("../elements/series-rename.ts"),
  merge: () => import("../elements/series-merge.ts"),
};

/** Brings the code of a dialog and its texts: it is put on the page after that. Throws where the hub does not give it. */
export async function loadDialog({ kind }: StorageDialog): Promise<void> {
  await withTexts("dialogs", sources[kind]());
}

/** Where something was done: what, in words, and which series stays where one went into it. */
export type DialogClosed = (said?: string, stays?: number) => void;

export function storageDialog(
  dialog: StorageDialog,
  hub: Hub,
  answer: StorageAnswer,
  closed: DialogClosed,
): TemplateResult {
  // Nothing at all comes as null.
  const end = ({ detail }: CustomEvent<string | undefined>) => closed(detail ?? undefined);
  switch (dialog.kind) {
    case "budget":
      return html`<storage-budget .hub=${hub} .answer=${answer} @closed=${end}></storage-budget>`;
    case "policies":
      return html`<storage-policies .hub=${hub} .answer=${answer} @closed=${end}></storage-policies>`;
    case "delete":
      return html`<storage-delete .hub=${hub} .choice=${dialog.choice} @closed=${end}></storage-delete>`;
    case "rename":
      return html`<series-rename .hub=${hub} .entry=${dialog.entry} @closed=${end}></series-rename>`;
    case "merge":
      return html`<series-merge
        .hub=${hub}
        .entry=${dialog.entry}
        @closed=${({ detail }: CustomEvent<Merged | undefined>) => closed(detail?.words, detail?.into)}
      ></series-merge>`;
  }
}
