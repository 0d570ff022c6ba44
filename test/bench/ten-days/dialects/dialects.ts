/** Who speaks which dialect. */
import type { System } from "../../systems/system.ts";
import type { Dialect } from "./dialect.ts";
import { hubDialect } from "./hub.ts";
import { influxdbDialect } from "./influxdb.ts";
import { tableDialect } from "./table.ts";
import { victoriaMetricsDialect } from "./victoria-metrics.ts";

export type { Dialect } from "./dialect.ts";

const others: Readonly<Record<string, Dialect>> = {
  "table FULL": tableDialect,
  VictoriaMetrics: victoriaMetricsDialect,
  InfluxDB: influxdbDialect,
};

/** Another build of the hub bears another name and speaks as the hub does. */
export function dialectOf({ name }: System): Dialect {
  return others[name] ?? hubDialect;
}
