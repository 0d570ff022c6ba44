/** VictoriaMetrics, single node, with its defaults but for the retention, which would drop what is older than a month. */
import { freePort, Rival } from "./rival.ts";
import type { Running, System } from "./system.ts";

export const victoriaMetrics: System = {
  name: "VictoriaMetrics",
  route: { over: "http", path: "/write?db=bench&precision=ms", body: "line protocol" },
  needs: {
    program: "victoria-metrics",
    from: "Debian's package victoria-metrics, or github.com/VictoriaMetrics/VictoriaMetrics/releases",
  },
  // A flush shows rows at once, but the names of their series are found only after one of its own, later on a busy machine.
  visibleWithinMs: 10_000,
  async start(folder): Promise<Running> {
    const port = await freePort();
    const argv = [
      `-storageDataPath=${folder}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      "-retentionPeriod=100y",
      "-loggerLevel=WARN",
    ];
    const rival = await Rival.start("victoria-metrics", argv, port, "/health");
    return {
      pid: rival.pid,
      port,
      stored: () => countOf(rival),
      stop: () => rival.stop(),
      kill: () => rival.kill(),
    };
  },
};

/** Rows become visible up to a second after they came; a flush makes most of them visible now. */
async function countOf(rival: Rival): Promise<number> {
  await rival.ask("GET", "/internal/force_flush");
  const query = encodeURIComponent('sum(count_over_time({db="bench"}[20y]))');
  const { data } = JSON.parse(await rival.ask("GET", `/api/v1/query?query=${query}&nocache=1`)) as {
    data: { result: { value: [number, string] }[] };
  };
  return Number(data.result[0]?.value[1] ?? 0);
}
