/** The straight line that runs nearest to measurements. */

export interface Slope {
  /** Units of y for one of x. */
  readonly slope: number;
  /** Standard error of the slope, as if the distances from the line were independent of each other. */
  readonly error: number;
}

/** By least squares; wants three points with different `x` at least. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): Slope {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const sum = (of: (x: number, y: number) => number): number =>
    points.reduce((total, [x, y]) => total + of(x - meanX, y - meanY), 0);
  const spread = sum((x) => x * x);
  if (points.length < 3 || spread === 0) throw new Error(`${points.length} points say nothing of a slope`);
  const slope = sum((x, y) => x * y) / spread;
  const left = sum((x, y) => (y - slope * x) ** 2);
  return { slope, error: Math.sqrt(left / (points.length - 2) / spread) };
}
