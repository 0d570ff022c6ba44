/** Errors that nobody foresaw: told in full in the log, and by a name alone over the wire. */
import { randomBytes } from "node:crypto";
import type { Log } from "../ports.ts";
import { Refusal } from "../protocol/errors.ts";

/**
 * Logs an error under a name of 8 letters, and refuses with that name: `details.failure`. What went wrong inside, be it SQL,
 * a path or a stack, is for those who can read the log.
 */
export function failureRefusal(
  log: Log,
  message: string,
  error: unknown,
  fields: Readonly<Record<string, unknown>> = {},
): Refusal {
  const failure = randomBytes(4).toString("hex");
  log.error(message, { failure, ...fields, error: String(error) });
  return new Refusal("internal", `The hub failed to answer; its log says why, at failure ${failure}.`, { failure });
}
