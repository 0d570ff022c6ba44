import { describe, expect, it } from "vitest";
import { decodeChunk, encodeChunk } from "../../../server/store/codec/chunk.ts";
import { decodeJournal } from "../../../server/store/codec/journal.ts";
import { chunkBlobsV1, chunkBlobsV2, chunkContents, chunkContents2, journalBlobV1, journalContent } from "./golden.ts";

describe("blobs of version 1", () => {
  it.each(Object.keys(chunkContents))("[SC7] still read: a chunk of %s", (name) => {
    const blob = Buffer.from(chunkBlobsV1[name] as string, "hex");
    expect(decodeChunk(blob)).toEqual(chunkContents[name]);
  });

  it("[SC7] still read: an entry of the journal", () => {
    expect(decodeJournal(Buffer.from(journalBlobV1, "hex"))).toEqual(journalContent);
  });
});

describe("blobs of version 2", () => {
  it.each(Object.keys(chunkContents2))("[SC7] still read: a chunk of %s", (name) => {
    const blob = Buffer.from(chunkBlobsV2[name] as string, "hex");
    expect(blob[0]).toBe(2);
    expect(decodeChunk(blob)).toEqual(chunkContents2[name]);
  });

  it("[SC7] are what is written: what version 1 holds is written anew as version 2", () => {
    for (const blob of Object.values(chunkBlobsV1)) {
      const columns = decodeChunk(Buffer.from(blob, "hex"));
      const anew = encodeChunk(columns);
      expect(anew[0]).toBe(2);
      expect(decodeChunk(anew)).toEqual(columns);
    }
  });
});
