import type { PresenceReason } from "../../server/protocol/index.ts";
import { texts } from "../texts/index.ts";

/** Why a device is as it is now. A hub that `refuses` all readings hears of none: the device may send as it always did. */
export function reasonWords(reason: PresenceReason, refuses: boolean): string {
  const refused: Partial<Record<PresenceReason, string>> = texts.reasonRefused;
  return (refuses ? refused[reason] : undefined) ?? texts.reason[reason];
}
