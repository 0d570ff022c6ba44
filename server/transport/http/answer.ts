/** What a route answers with, and how it is written. */

import type { ServerResponse } from "node:http";
import { jsonText } from "../../formats/json.ts";
import { errorRules } from "../../protocol/codes.ts";
import { Refusal } from "../../protocol/errors.ts";
import { StoreError } from "../../store/store.ts";
import { refusalHeaders } from "../refusal-headers.ts";

/** A whole object, or text or bytes piece by piece where it may be long. */
export type Answer = {
  readonly status?: number;
  /** Called once when the answer was handed over, or will not be. */
  readonly release?: () => void;
  /** JSON where it is missing. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
} & ({ readonly json: object } | { readonly text: string } | { readonly pieces: AsyncIterable<string | Uint8Array> });

const jsonType = "application/json; charset=utf-8";

/** A client that takes nothing of its answer for so long is cut, ms: what waits for it is held in memory. */
const takeNothingMs = 30_000;
/** Pieces that lie ready are made for so long, ms, before others get their turn: a connection on the same machine takes them as they come. */
const turnMs = 4;

/** Writes an answer; a HEAD request gets its head alone. Resolves once it is handed to the connection. */
export async function writeAnswer(response: ServerResponse, answer: Answer, head: boolean): Promise<void> {
  try {
    await write(response, answer, head);
  } finally {
    answer.release?.();
  }
}

async function write(response: ServerResponse, answer: Answer, head: boolean): Promise<void> {
  response.setHeader("Cache-Control", "no-store");
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.appendHeader(name, value);
  const type = answer.type ?? jsonType;
  if (!("pieces" in answer)) {
    const text = "json" in answer ? jsonText(answer.json) : answer.text;
    response.writeHead(answer.status ?? 200, { "Content-Type": type, "Content-Length": Buffer.byteLength(text) });
    response.end(head ? undefined : text);
    return;
  }
  // The first piece is made before the head is written, so that what fails at once still gets its status.
  const pieces = answer.pieces[Symbol.asyncIterator]();
  try {
    let next = head ? undefined : await pieces.next();
    response.writeHead(answer.status ?? 200, { "Content-Type": type });
    let untilMs = performance.now() + turnMs;
    while (next && !next.done && !response.destroyed) {
      if (!response.write(next.value) && !response.destroyed) await drained(response);
      if (performance.now() >= untilMs) {
        await new Promise<void>((resolve) => setImmediate(resolve));
        untilMs = performance.now() + turnMs;
      }
      next = await pieces.next();
    }
    response.end();
  } finally {
    await pieces.return?.();
  }
}

/** Resolves when the connection takes more, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => response.destroy(), takeNothingMs);
    const go = () => {
      clearTimeout(cut);
      response.off("drain", go);
      response.off("close", go);
      resolve();
    };
    response.once("drain", go);
    response.once("close", go);
  });
}

/** The refusal that an error stands for; undefined for an error that nobody foresaw. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof StoreError) return new Refusal(error.code, error.message);
  return undefined;
}

/** Writes a refusal in the shape of the contract, with the HTTP status of its code unless another is given. */
export function writeRefusal(response: ServerResponse, refusal: Refusal, head: boolean, status?: number): void {
  for (const [name, value] of Object.entries(refusalHeaders(refusal))) response.setHeader(name, value);
  void writeAnswer(response, { status: status ?? errorRules[refusal.code].http, json: refusal.toMessage() }, head);
}
