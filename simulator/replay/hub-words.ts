/** What a person is told of the way to the hub: once when it is gone, once when it is back. */
import type { LinkState } from "../link.ts";
import { turnedAway, unreachable } from "../words.ts";

export interface HubWords {
  readonly url: string;
  readonly token?: string;
  readonly warn: (line: string) => void;
  /** No way leads there any more. */
  readonly onStopped: () => void;
}

/** Takes the states of links; `who` names the one whose state it is. `anyOpen`: whether another of them still has its hub. */
export function hubWords({
  url,
  token,
  warn,
  onStopped,
}: HubWords): (who: string, state: LinkState, anyOpen: boolean) => void {
  let reached = true;
  let stopped = false;
  return (who, state, anyOpen) => {
    if (stopped) return;
    if (state.state === "open" && !reached) {
      reached = true;
      warn("The hub answers.");
    }
    if (state.state === "waiting" && reached && !anyOpen) {
      reached = false;
      warn(unreachable(url, state.reason));
    }
    if (state.state !== "stopped" || state.reason === "closed") return;
    // One token for all: the others would be refused as well.
    if (state.reason.startsWith("not_signed_in")) warn(turnedAway(url, token !== undefined));
    else warn(`${who} stays away: ${state.reason.replace(/\.$/, "")}.`);
    if (anyOpen && !state.reason.startsWith("not_signed_in")) return;
    stopped = true;
    onStopped();
  };
}
