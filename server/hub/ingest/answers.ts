/** What a device is told of its frames, as text: the acknowledgement of a part that is on disk, the refusal of one that is not. */
import type { Warnings } from "../../protocol/check.ts";
import type { ErrorCode } from "../../protocol/codes.ts";
import type { Ack } from "../../protocol/device.ts";
import { type About, Refusal } from "../../protocol/errors.ts";
import type { StoreError } from "../../store/store.ts";
import type { Part } from "./receipt.ts";
import type { SequenceSpace } from "./sequence.ts";

/** The answer to a part that is on disk; undefined where nobody asked for one. */
export function decidedAnswer(part: Part, warnings: Warnings): string | undefined {
  switch (part.kind) {
    case "cumulative":
    case "own":
      return ackText(part, warnings);
    case "silent":
      return part.rejectedCount === 0 ? undefined : JSON.stringify(rowsRefused(part).toMessage());
    case "reading":
      return part.rejectedCount === 0 ? ackText(part, warnings) : JSON.stringify(readingRefused(part).toMessage());
    default:
      return part.kind satisfies never;
  }
}

function ackText(part: Part, warnings: Warnings): string {
  const told = warnings.take();
  const { id, lastSeq: seq, stored } = part;
  // The answer to nearly everything, written by hand because it is sent with every commit.
  if (part.rejectedCount === 0 && !told && id === undefined && seq !== undefined)
    return `{"type":"ack","seq":${seq},"stored":${stored}}`;
  const ack: Ack = {
    type: "ack",
    ...(seq === undefined ? {} : { seq }),
    ...(id === undefined ? {} : { id }),
    stored,
    ...(part.rejectedCount === 0 ? {} : { rejected: part.rejected, rejectedCount: part.rejectedCount }),
    ...(told ? { warnings: told } : {}),
  };
  return JSON.stringify(ack);
}

/** A frame that was decided before: it is acknowledged again, and nothing of it is stored again. */
export function repeatedAnswer(decided: number, { id, seq }: About): string {
  if (id === undefined) return `{"type":"ack","seq":${decided},"stored":0}`;
  return JSON.stringify({ type: "ack", seq, id, stored: 0 } satisfies Ack);
}

/** Frames with neither `id` nor `seq` are answered only where rows were refused. */
function rowsRefused({ rejected, rejectedCount, stored }: Part): Refusal {
  const first = rejected[0];
  const more = rejectedCount === 1 ? "" : `; and ${rejectedCount - 1} more`;
  return new Refusal(
    (first?.code ?? "invalid_message") as ErrorCode,
    `${rejectedCount} of ${rejectedCount + stored} readings were refused: ${first?.message}${more}`,
    { rejected, rejectedCount },
  );
}

/** The only row of a `reading` was refused. */
function readingRefused({ id, rejected }: Part): Refusal {
  const row = rejected[0];
  const code = (row?.code ?? "invalid_message") as ErrorCode;
  return new Refusal(code, row?.message ?? "", { rejected }, { id });
}

/**
 * What a sender is told when its batch was refused for now. Frames with `seq` alone are told by the first of them; for
 * those behind it `resend_from` says once where to go on.
 */
export function* refusedAnswers(parts: readonly Part[], space: SequenceSpace | undefined, error: StoreError) {
  for (const part of parts) {
    const { kind, id, firstSeq: seq } = part;
    if (kind !== "cumulative") yield refusalText(error, { id, seq });
    else if (seq === space?.awaited) yield refusalText(error, { seq });
    if (kind === "cumulative" && space && (part.frames > 1 || seq !== space.awaited) && space.tellOnce())
      yield resendText(space);
  }
}

function refusalText(error: StoreError, about: About): string {
  return JSON.stringify(new Refusal(error.code, error.message, undefined, about).toMessage());
}

/** Tells where to go on. `id`: of the frame that was dropped. */
export function resendText(space: SequenceSpace, id?: number): string {
  const seq = space.awaited;
  return JSON.stringify(
    new Refusal(
      "resend_from",
      `frame ${seq} was refused for now, and later ones are dropped until it comes again: go on from ${seq}. To give it up, send it without readings`,
      undefined,
      { id, seq },
    ).toMessage(),
  );
}
