/** What people ask of one series beyond its metadata: its other names. */
import { z } from "zod";
import { read } from "./query.ts";
import { deviceName, metricName } from "./values.ts";

/** `DELETE series/{n}/aliases`. */
export const aliasQuery = z.strictObject({
  device: z.array(deviceName).length(1),
  metric: z.array(metricName).length(1),
});

/** Reads the query of `DELETE series/{n}/aliases`. Throws a `Refusal`. */
export function parseAliasQuery(parameters: URLSearchParams): { readonly device: string; readonly metric: string } {
  const { device, metric } = read(aliasQuery, parameters);
  return { device: device[0] as string, metric: metric[0] as string };
}
