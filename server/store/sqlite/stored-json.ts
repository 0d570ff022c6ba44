/** JSON in a column of a plain table. */
import { CodecError } from "../codec/bytes.ts";

/** Throws `CodecError`, which says `what` it is of, where a damaged row holds something else. */
export function storedJson<T>(text: unknown, what: string): T {
  try {
    return JSON.parse(String(text)) as T;
  } catch {
    throw new CodecError(`${what} cannot be read`);
  }
}
