/** The text of a CSV that somebody saved with whatever they have. */

export interface CsvText {
  readonly text: string;
  readonly encoding: (typeof encodings)[number];
}

/** In this order: hardly a text of the second is one of the first. Excel in Korea saves CSV as EUC-KR unless it is told otherwise. */
const encodings = ["utf-8", "euc-kr"] as const;

/** Without a byte order mark; undefined where it is none of the encodings that are known. */
export function csvTextOf(bytes: Uint8Array): CsvText | undefined {
  // Neither has zeros in a text: UTF-16 would pass for UTF-8 with every other letter invisible.
  if (bytes.includes(0)) return undefined;
  for (const encoding of encodings) {
    const text = decoded(bytes, encoding);
    if (text !== undefined) return { text, encoding };
  }
  return undefined;
}

function decoded(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
