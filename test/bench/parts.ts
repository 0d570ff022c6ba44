/** The parts of the benchmark, in the order in which they run. A new one is a folder and a line here. */
import { cores } from "./cores/cores.ts";
import { dashboard } from "./dashboard/dashboard.ts";
import { pixel } from "./dashboard/pixel.ts";
import { decoding } from "./decoding/decoding.ts";
import { fanOut } from "./fan-out/fan-out.ts";
import { flood } from "./flood/flood.ts";
import { history } from "./history/history.ts";
import { idleMemory } from "./idle-memory/idle-memory.ts";
import { ingest } from "./ingest/ingest.ts";
import { latency } from "./latency/latency.ts";
import type { Part } from "./part.ts";
import { questions } from "./questions/questions-part.ts";
import { size } from "./size/size.ts";
import { steady } from "./steady/steady.ts";
import { tenDays } from "./ten-days/ten-days.ts";
import { year } from "./year/year.ts";

export const parts: readonly Part[] = [
  ingest,
  decoding,
  fanOut,
  latency,
  cores,
  flood,
  size,
  history,
  year,
  tenDays,
  questions,
  idleMemory,
  dashboard,
  pixel,
  steady,
];
