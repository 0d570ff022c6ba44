/** The parts of the benchmark, in the order in which they run. A new one is a folder and a line here. */
import type { Part } from "./part.ts";

export const parts: readonly Part[] = [];
