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

/** Longest message of a refusal, bytes of UTF-8. */
export const maxMessageBytes = 1_000;

const utf8 = new TextEncoder();

/** Cuts a message at `maxMessageBytes` between two characters. */
export function shortMessage(message: string): string {
  // A UTF-16 unit takes at most three bytes, so most messages need no counting.
  if (message.length * 3 <= maxMessageBytes) return message;
  const ellipsis = "…";
  const { read } = utf8.encodeInto(message, new Uint8Array(maxMessageBytes));
  if (read === message.length) return message;
  return message.slice(0, utf8.encodeInto(message, new Uint8Array(maxMessageBytes - 3)).read) + ellipsis;
}

/** Which message a refusal is about, as far as its sender numbered it. */
export interface About {
  readonly id?: number | undefined;
  readonly seq?: number | undefined;
}

/** A refusal on its way: returned by the decoders or thrown inside the hub, turned into an `error` message or an HTTP answer at its edge. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** `id` and `seq` of the message that was refused, where they could be read. */
  readonly about: About;
  constructor(code: ErrorCode, message: string, details?: Readonly<Record<string, unknown>>, about: About = {}) {
    super(shortMessage(message));
    this.name = "Refusal";
    this.code = code;
    this.details = details;
    this.about = about;
  }

  /** The wire form. `about` carries the `id` or `seq` of the message that was refused. */
  toMessage(about: About = this.about): ErrorMessage {
    return {
      type: "error",
      ...(about.id === undefined ? {} : { id: about.id }),
      ...(about.seq === undefined ? {} : { seq: about.seq }),
      code: this.code,
      message: this.message,
      retryable: errorRules[this.code].retryable,
      ...(this.details === undefined ? {} : { details: { ...this.details } }),
    };
  }
}
