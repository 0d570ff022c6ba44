/** What a person may do with a device and with one of its metrics. */
import type { Action } from "../../server/protocol/index.ts";
import { rights } from "../client/rights.ts";
import { texts } from "../texts/index.ts";
import type { MenuAction } from "./action-menu.ts";
import { icons } from "./icons.ts";

export type DeviceAction =
  | "edit"
  | "rename"
  | "merge"
  | "missing"
  | "hide"
  | "deleteRange"
  | "deleteSeries"
  | "removeDevice";

const iconOf: Readonly<Record<DeviceAction, unknown>> = {
  edit: icons.edit,
  rename: icons.edit,
  merge: icons.overlay,
  missing: icons.question,
  hide: icons.hide,
  deleteRange: icons.remove,
  deleteSeries: icons.remove,
  removeDevice: icons.remove,
};

/** The right that each needs. */
const needs: Readonly<Record<DeviceAction, Action>> = {
  edit: "edit",
  rename: "edit",
  merge: "edit",
  missing: "watch",
  hide: "edit",
  deleteRange: "remove",
  deleteSeries: "remove",
  removeDevice: "remove",
};

/** Those that whoever sits here may do. */
export function deviceActions(hasReadings: boolean): MenuAction[] {
  return actionsOf(
    hasReadings ? ["edit", "missing", "deleteRange", "removeDevice"] : ["edit", "missing", "removeDevice"],
  );
}

/** Those that whoever sits here may do. */
export function seriesActions(): MenuAction[] {
  return actionsOf(["edit", "rename", "merge", "hide", "deleteRange", "deleteSeries"]);
}

function actionsOf(actions: readonly DeviceAction[]): MenuAction[] {
  return actions
    .filter((id) => rights.may(needs[id]))
    .map((id) => ({
      id,
      label: texts.deviceMenu[id],
      icon: iconOf[id],
      removes: id === "deleteRange" || id === "deleteSeries" || id === "removeDevice",
    }));
}
