/** The dialogs of a device's page: which one an action opens, and each as an element, loaded when it is wanted. */
import { html, type TemplateResult } from "lit";
import type { SeriesEntry } from "../../server/protocol/index.ts";
import type { Hub } from "../client/hub.ts";
import type { DeviceView } from "../client/hub-view.ts";
import type { TimeSpan } from "../data/ranges.ts";
import type { Deleted, Deletion } from "../elements/device-delete.ts";
import type { MaskedSeries } from "../elements/mask-dialog.ts";
import type { Merged } from "../elements/series-merge.ts";
import { seriesLabel } from "../elements/values.ts";
import { withTexts } from "../texts/index.ts";

export type DeviceDialog = { readonly device: DeviceView } & (
  | { readonly kind: "edit"; readonly metric: string | undefined }
  | { readonly kind: "missing" }
  | { readonly kind: "rename" | "merge"; readonly entry: SeriesEntry }
  | { readonly kind: "hide"; readonly series: MaskedSeries; readonly span: TimeSpan }
  | { readonly kind: "delete"; readonly deletion: Deletion }
);

/** What a person looks at: the metric whose menu it was, and the stretch that the charts show. */
export interface ActionContext {
  readonly device: DeviceView;
  readonly metric: string | undefined;
  readonly span: TimeSpan | undefined;
}

/** Undefined: no such action, or none that makes sense here. */
export function dialogFor(action: string, { device, metric, span }: ActionContext): DeviceDialog | undefined {
  switch (action) {
    case "edit":
      return { kind: "edit", device, metric };
    case "missing":
      return { kind: "missing", device };
    case "rename":
    case "merge": {
      const named = [...device.series.values()].find(({ entry }) => entry.metric === metric);
      return named && { kind: action, device, entry: named.entry };
    }
    case "hide": {
      const of = [...device.series.values()].find(({ entry }) => entry.metric === metric);
      if (!of || !span) return undefined;
      return { kind: "hide", device, span, series: { ...of.entry, label: seriesLabel(of) } };
    }
    case "deleteRange":
      return span && { kind: "delete", device, deletion: { what: "range", metric, span } };
    case "deleteSeries":
      return metric === undefined ? undefined : { kind: "delete", device, deletion: { what: "series", metric } };
    case "removeDevice":
      return { kind: "delete", device, deletion: { what: "device" } };
    default:
      return undefined;
  }
}

const sources: Readonly<Record<DeviceDialog["kind"], () => Promise<unknown>>> = {
  edit: () => import("../elements/device-edit.ts"),
  missing: () => import("../elements/device-missing.ts"),
  rename: () => import("../elements/series-rename.ts"),
  merge: () => import("../elements/series-merge.ts"),
  hide: () => import("../elements/mask-dialog.ts"),
  delete: () => import("../elements/device-delete.ts"),
};

/** Brings the code of a dialog and its texts: it is put on the page after that. Throws where the hub does not give it. */
export async function loadDialog({ kind }: DeviceDialog): Promise<void> {
  await withTexts("dialogs", sources[kind]());
}

export interface DialogContext {
  readonly hub: Hub;
  readonly shown: TimeSpan | undefined;
  /** `done`: what the hub answered, where something was done. */
  readonly closed: (done: string | Deleted | undefined) => void;
  readonly showNewest: () => void;
}

export function deviceDialog(dialog: DeviceDialog, context: DialogContext): TemplateResult {
  const { device } = dialog;
  const { hub, shown, closed, showNewest } = context;
  const end = ({ detail }: CustomEvent<string | Deleted | undefined>) => closed(detail ?? undefined);
  switch (dialog.kind) {
    case "edit":
      return html`<device-edit .hub=${hub} .device=${device} .metric=${dialog.metric} @closed=${end}></device-edit>`;
    case "missing":
      return html`<device-missing
        .hub=${hub}
        .device=${device}
        .shown=${shown}
        @closed=${end}
        @show-newest=${showNewest}
      ></device-missing>`;
    case "rename":
      return html`<series-rename .hub=${hub} .entry=${dialog.entry} @closed=${end}></series-rename>`;
    case "merge":
      return html`<series-merge
        .hub=${hub}
        .entry=${dialog.entry}
        @closed=${({ detail }: CustomEvent<Merged | undefined>) => closed(detail?.words)}
      ></series-merge>`;
    case "hide":
      return html`<mask-dialog
        .hub=${hub}
        .series=${dialog.series}
        .span=${dialog.span}
        @closed=${end}
      ></mask-dialog>`;
    case "delete":
      return html`<device-delete
        .hub=${hub}
        .device=${device}
        .deletion=${dialog.deletion}
        @closed=${end}
      ></device-delete>`;
  }
}
