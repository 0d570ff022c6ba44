/** All work beside the commits, in the order in which it is done. */
import { compactSlice } from "../compact.ts";
import { rollSlice } from "../roll.ts";
import { thinSlice } from "../thin.ts";
import { ageSlice } from "./age.ts";
import type { Job, Workplace } from "./job.ts";
import { presenceSlice } from "./presence.ts";
import { purgeSlice } from "./purge.ts";
import { restSlice } from "./rest.ts";
import { sealSlice } from "./seal.ts";
import { trimSlice } from "./trim.ts";
import { usageSlice } from "./usage.ts";
import { vacuumSlice } from "./vacuum.ts";

export function jobsOf(place: Workplace): readonly Job[] {
  return [
    { name: "seal", from: "commit", run: sealSlice(place) },
    { name: "rest", from: "idle", run: restSlice(place) },
    { name: "trim", from: "commit", run: trimSlice(place) },
    { name: "purge", from: "checkpoint", run: purgeSlice(place) },
    { name: "age", from: "checkpoint", run: ageSlice(place) },
    { name: "thin", from: "checkpoint", run: thinSlice(place) },
    { name: "roll", from: "checkpoint", run: rollSlice(place) },
    { name: "compact", from: "idle", run: compactSlice(place) },
    { name: "presence", from: "checkpoint", run: presenceSlice(place) },
    { name: "usage", from: "checkpoint", run: usageSlice(place) },
    { name: "vacuum", from: "checkpoint", run: vacuumSlice(place) },
  ];
}
