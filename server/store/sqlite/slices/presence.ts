/** Takes away changes of presence beyond what is kept. */
import { transact } from "../driver.ts";
import type { Workplace } from "./job.ts";

/** Looks at devices for one slice; true where more are to be looked at. */
export function presenceSlice({ parts: { db, presence }, settings }: Workplace): () => boolean {
  return () => {
    if (presence.due.size === 0) return false;
    const endMs = performance.now() + settings.sliceMs;
    const looked: string[] = [];
    transact(db, () => {
      for (const device of presence.due) {
        if (performance.now() >= endMs) return;
        presence.trim(device);
        looked.push(device);
      }
    });
    for (const device of looked) presence.trimmed(device);
    return presence.due.size > 0;
  };
}
