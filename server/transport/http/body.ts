import type { IncomingMessage } from "node:http";
import { nestsDeeperThan } from "../../protocol/depth.ts";
import { Refusal } from "../../protocol/errors.ts";

export interface BodyLimits {
  /** Largest body, bytes. */
  readonly bodyBytes: number;
  /** Deepest nesting. */
  readonly depth: number;
}

/** Reads a body as JSON. Throws a `Refusal`; one that is too large is not read to its end. */
export async function readJson(
  request: IncomingMessage,
  limits: BodyLimits,
): Promise<{ value: unknown; bytes: number }> {
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    throw new Refusal("invalid_message", `The body is encoded (${encoding.slice(0, 40)}); send it as plain JSON.`);
  }
  const bytes = await readBytes(request, limits.bodyBytes);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal("invalid_json", "The body is not UTF-8.");
  }
  if (nestsDeeperThan(text, limits.depth)) {
    throw new Refusal("too_deep", `The body nests deeper than ${limits.depth} levels (limits.depth).`);
  }
  try {
    return { value: JSON.parse(text), bytes: bytes.length };
  } catch (error) {
    const problem = error instanceof Error ? error.message.slice(0, 200) : "";
    throw new Refusal(
      "invalid_json",
      `The body is not JSON (${problem.toWellFormed()}). Send such as {"device":"boiler-1","readings":[{"metric":"temperature","value":21.5}]}.`,
    );
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
export function discardBody(request: IncomingMessage, patienceMs: number): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patienceMs);
    const over = () => {
      clearTimeout(timer);
      resolve();
    };
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
