/** What a route answers with, and how it is written. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { errorRules } from "../../protocol/codes.ts";
import { Refusal } from "../../protocol/errors.ts";
import { StoreError } from "../../store/store.ts";

/** A whole object, or JSON text piece by piece where it may be long. */
export type Answer = { readonly status?: number } & (
  | { readonly json: object }
  | { readonly pieces: AsyncIterable<string> }
);

const jsonType = "application/json; charset=utf-8";

/** Answers to requests that cannot be met now say when to try again, s. */
const retryAfterSeconds = 1;

/** Writes an answer; a HEAD request gets its head alone. Resolves once it is handed to the connection. */
export async function writeAnswer(response: ServerResponse, answer: Answer, head: boolean): Promise<void> {
  response.setHeader("Cache-Control", "no-store");
  if ("json" in answer) {
    const text = JSON.stringify(answer.json);
    response.writeHead(answer.status ?? 200, {
      "Content-Type": jsonType,
      "Content-Length": Buffer.byteLength(text),
    });
    response.end(head ? undefined : text);
    return;
  }
  // The first piece is made before the head is written, so that what fails at once still gets its status.
  const pieces = answer.pieces[Symbol.asyncIterator]();
  try {
    let next = head ? undefined : await pieces.next();
    response.writeHead(answer.status ?? 200, { "Content-Type": jsonType });
    while (next && !next.done && !response.destroyed) {
      if (!response.write(next.value) && !response.destroyed) await drained(response);
      next = await pieces.next();
    }
    response.end();
  } finally {
    await pieces.return?.();
  }
}

/** Resolves when the connection takes more, or is gone. */
async function drained(response: ServerResponse): Promise<void> {
  const stop = new AbortController();
  const gone = () => stop.abort();
  response.once("close", gone);
  try {
    await once(response, "drain", { signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    response.off("close", gone);
  }
}

/** The refusal that an error stands for; undefined for an error that nobody foresaw. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof StoreError) return new Refusal(error.code, error.message);
  return undefined;
}

/** Writes a refusal in the shape of the contract, with the HTTP status of its code unless another is given. */
export function writeRefusal(response: ServerResponse, refusal: Refusal, head: boolean, status?: number): void {
  const rule = errorRules[refusal.code];
  if (rule.retryable) response.setHeader("Retry-After", retryAfterSeconds);
  void writeAnswer(response, { status: status ?? rule.http, json: refusal.toMessage() }, head);
}
