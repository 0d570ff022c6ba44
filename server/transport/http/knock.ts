/** Devices that only post: one whose token nobody knows asks to be let in, as it would on a socket. Its body names it. */
import type { IncomingMessage } from "node:http";
import type { Access, Entrance } from "../../hub/access/access.ts";
import { decodePosted } from "../../protocol/decode.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { Limits } from "../../protocol/limits.ts";
import { refusalOf } from "./answer.ts";
import { maxStrangersBytes, readText } from "./body.ts";

/** What a post is told whose token, of its device's own making, nobody knows. Nothing of it is stored. */
export async function knock(
  request: IncomingMessage,
  entrance: Entrance,
  access: Access,
  limits: Limits,
): Promise<Refusal> {
  let text: string;
  try {
    ({ text } = await readText(request, maxStrangersBytes));
  } catch (error) {
    if (refusalOf(error)?.code !== "frame_too_large")
      return refusalOf(error) ?? new Refusal("invalid_message", "The body could not be read.");
    const how = `To ask to be let in, post a body of at most ${maxStrangersBytes} bytes.`;
    return new Refusal("not_signed_in", `Nobody is known by this token. ${how}`);
  }
  const posted = decodePosted(text, limits);
  const device = posted instanceof Refusal ? undefined : posted[0]?.device;
  const judged = access.judge({ ...entrance, device });
  if (judged instanceof Refusal) return judged;
  return new Refusal("not_signed_in", "This device was let in while this was on its way: send it again.", {
    retryAfter: 1,
  });
}
