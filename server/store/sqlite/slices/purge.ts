/** Takes away chunks and tiers of deleted series. */
import { transact } from "../driver.ts";
import type { Workplace } from "./job.ts";

/** Chunks taken away in one slice. */
const chunksPerSlice = 256;

/** One slice of one series; true where there may be more. */
export function purgeSlice({ parts: { db } }: Workplace): () => boolean {
  const doomed = db.prepare("SELECT series FROM doomed LIMIT 1").pluck();
  const removeChunks = db.prepare(
    `DELETE FROM chunks WHERE id IN (SELECT id FROM chunks WHERE series = ? LIMIT ${chunksPerSlice})`,
  );
  const removeTiers = db.prepare(
    `DELETE FROM tiers WHERE id IN (SELECT id FROM tiers WHERE series = ? LIMIT ${chunksPerSlice})`,
  );
  const undoom = db.prepare("DELETE FROM doomed WHERE series = ?");
  return () => {
    const series = doomed.get() as number | undefined;
    if (series === undefined) return false;
    transact(db, () => {
      const left = [removeChunks, removeTiers].filter((remove) => remove.run(series).changes === chunksPerSlice);
      if (left.length === 0) undoom.run(series);
    });
    return true;
  };
}
