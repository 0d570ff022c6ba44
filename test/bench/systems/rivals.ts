/** Programs that others made, measured where they are on PATH. A new one is a file and a line here. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { influxdb } from "./influxdb.ts";
import type { System } from "./system.ts";
import { victoriaMetrics } from "./victoria-metrics.ts";

export const rivals: readonly System[] = [victoriaMetrics, influxdb];

/** Whether a system can be started here. */
export function isHere({ needs }: System): boolean {
  return (
    needs === undefined || (process.env.PATH ?? "").split(delimiter).some((folder) => runs(join(folder, needs.program)))
  );
}

function runs(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
