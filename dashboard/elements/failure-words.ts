import { HubRefusal } from "../client/hub-api.ts";
import { texts } from "../texts/index.ts";

/** Why a request failed: in the hub's words, or that it did not answer. */
export function failureWords(error: unknown): string {
  return error instanceof HubRefusal ? error.message : texts.dialog.noAnswer;
}
