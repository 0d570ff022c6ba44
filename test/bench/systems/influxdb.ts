/** InfluxDB 1.x with its defaults, but for what it would report, log and measure of itself. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, Rival } from "./rival.ts";
import type { Running, System } from "./system.ts";

export const influxdb: System = {
  name: "InfluxDB",
  route: { over: "http", path: "/write?db=bench&precision=ms", body: "line protocol" },
  needs: { program: "influxd", from: "Debian's package influxdb, or the packages of InfluxDB 1.x of influxdata.com" },
  async start(folder): Promise<Running> {
    const port = await freePort();
    const config = join(folder, "influxdb.conf");
    writeFileSync(config, configOf(folder, port));
    const rival = await Rival.start("influxd", ["-config", config], port, "/ping");
    await rival.ask("POST", `/query?q=${encodeURIComponent("CREATE DATABASE bench")}`);
    return {
      pid: rival.pid,
      port,
      stored: () => countOf(rival),
      stop: () => rival.stop(),
      kill: () => rival.kill(),
    };
  },
};

/** `reporting-disabled` is the name upstream, `reporting-enabled` that of Debian; each ignores the other. */
const configOf = (folder: string, port: number): string => `
reporting-disabled = true
reporting-enabled = false
bind-address = "127.0.0.1:0"
[meta]
  dir = ${JSON.stringify(join(folder, "meta"))}
[data]
  dir = ${JSON.stringify(join(folder, "data"))}
  wal-dir = ${JSON.stringify(join(folder, "wal"))}
  wal-fsync-delay = "0s"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
[logging]
  level = "warn"
`;

/** A line may hold several readings: each field counts. */
async function countOf(rival: Rival): Promise<number> {
  const query = encodeURIComponent("SELECT count(*) FROM /.*/");
  const { results } = JSON.parse(await rival.ask("GET", `/query?db=bench&epoch=ms&q=${query}`)) as {
    results: { series?: { values: number[][] }[] }[];
  };
  const counts = (results[0]?.series ?? []).flatMap(({ values }) => (values[0] ?? []).slice(1));
  return counts.reduce((sum, each) => sum + each, 0);
}
