/** Shared by the tests of simulated sources. */
import { createHash } from "node:crypto";
import type { Model, Report } from "../../simulator/model.ts";

/** The reports of a model until `to` (ms, excluded). */
export function reportsUntil(model: Model, to: number, stride = 1): Report[] {
  const reports: Report[] = [];
  while (model.nextTime < to) reports.push(model.report(stride));
  return reports;
}

export function hashOf(reports: readonly Report[]): string {
  const hash = createHash("sha256");
  for (const report of reports) hash.update(`${JSON.stringify(report)}\n`);
  return hash.digest("hex").slice(0, 16);
}

/** Time and value of one metric wherever it is reported. */
export function column(reports: readonly Report[], metric: string): { time: number; value: number }[] {
  return reports.flatMap(({ time, readings }) =>
    readings.filter(([name]) => name === metric).map(([, value]) => ({ time, value: Number(value) })),
  );
}

/** Pearson's correlation of two columns of one length. */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [cross, squareA, squareB] = [0, 0, 0];
  a.forEach((value, index) => {
    const [offA, offB] = [value - meanA, (b[index] as number) - meanB];
    cross += offA * offB;
    squareA += offA * offA;
    squareB += offB * offB;
  });
  return cross / Math.sqrt(squareA * squareB);
}
