/** The wire form of a refusal, and the error that carries one through the hub. The codes stand in `codes.ts`. */
import { z } from "zod";
import { type ErrorCode, errorCodes, errorRules } from "./codes.ts";

/** A refusal, on the socket and over HTTP alike. `message`: at most 1 kB, says what was wrong and what is allowed. */
export const errorMessage = z.object({
  type: z.literal("error"),
  id: z.int().optional(),
  seq: z.int().optional(),
  code: z.enum(errorCodes as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  retryable: z.boolean(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type ErrorMessage = z.infer<typeof errorMessage>;

/** A refusal on its way: thrown inside the hub, turned into an `error` message or an HTTP answer at its edge. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  constructor(code: ErrorCode, message: string, details?: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = "Refusal";
    this.code = code;
    this.details = details;
  }

  /** The wire form. `about` carries the `id` or `seq` of the message that was refused. */
  toMessage(about: { id?: number | undefined; seq?: number | undefined } = {}): ErrorMessage {
    return {
      type: "error",
      ...(about.id === undefined ? {} : { id: about.id }),
      ...(about.seq === undefined ? {} : { seq: about.seq }),
      code: this.code,
      message: this.message.length > 1000 ? `${this.message.slice(0, 999)}…` : this.message,
      retryable: errorRules[this.code].retryable,
      ...(this.details === undefined ? {} : { details: { ...this.details } }),
    };
  }
}
