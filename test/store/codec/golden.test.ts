import { describe, expect, it } from "vitest";
import { decodeChunk } from "../../../server/store/codec/chunk.ts";
import { decodeJournal } from "../../../server/store/codec/journal.ts";
import { chunkBlobsV1, chunkContents, journalBlobV1, journalContent } from "./golden.ts";

describe("blobs of version 1", () => {
  it.each(Object.keys(chunkContents))("[SC7] still read: a chunk of %s", (name) => {
    const blob = Buffer.from(chunkBlobsV1[name] as string, "hex");
    expect(decodeChunk(blob)).toEqual(chunkContents[name]);
  });

  it("[SC7] still read: an entry of the journal", () => {
    expect(decodeJournal(Buffer.from(journalBlobV1, "hex"))).toEqual(journalContent);
  });
});
