import type { IncomingMessage } from "node:http";
import type { Clock } from "../../ports.ts";
import { Refusal } from "../../protocol/errors.ts";

/** Largest body of somebody who is not known yet, bytes: what people type is short, and a device that asks to be let in says little. */
export const maxStrangersBytes = 4 * 1024;

/** A body as it came. */
export interface Body {
  readonly text: string;
  readonly bytes: number;
}

/** Reads a body as text. Throws a `Refusal`; one that is too large is not kept. */
export async function readText(request: IncomingMessage, limitBytes: number): Promise<Body> {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    throw new Refusal("invalid_message", `The body is encoded (${encoding.slice(0, 40)}); send it as plain JSON.`);
  }
  const bytes = await readBytes(request, limitBytes);
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), bytes: bytes.length };
  } catch {
    throw new Refusal("invalid_json", "The body is not UTF-8.");
  }
}

/** By events: leaving an iteration early would destroy the connection, and the refusal would never arrive. */
function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > limitBytes) return Promise.reject(tooLarge(announced, limitBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let total = 0;
    request.on("data", (chunk: Buffer) => {
      total += chunk.length;
      if (total <= limitBytes) chunks.push(chunk);
      else reject(tooLarge(total, limitBytes));
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", () => reject(new Refusal("invalid_message", "The body ended before its end.")));
  });
}

/** Lets the rest of a body that was refused go by, for a while: a client reads its answer only once it has sent all. */
export function discardBody(request: IncomingMessage, clock: Clock, patienceMs: number): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const over = () => {
      timer.cancel();
      request.off("end", over);
      request.off("close", over);
      resolve();
    };
    const timer = clock.after(patienceMs, over);
    request.on("end", over);
    request.on("close", over);
    request.resume();
  });
}

function tooLarge(bytes: number, limitBytes: number): Refusal {
  return new Refusal(
    "frame_too_large",
    `The body has ${bytes} bytes or more; at most ${limitBytes} are taken. Send several smaller ones.`,
  );
}
