/** Answers questions about the past from the obvious hub's table, in columns. `node table-history-server.ts FOLDER` */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import Database from "better-sqlite3";

type Row = readonly number[];

const [folder = ""] = process.argv.slice(2);
const db = new Database(join(folder, "readings.db"), { readonly: true, fileMustExist: true });

/** Hops over the index from one device to the next, and from one metric to the next: `GROUP BY` would read all of it. */
const newest = db.prepare(`
  WITH RECURSIVE
    devices(device) AS (
      SELECT min(device) FROM readings
      UNION ALL
      SELECT (SELECT min(device) FROM readings WHERE device > devices.device) FROM devices WHERE device IS NOT NULL),
    series(device, metric) AS (
      SELECT device, (SELECT min(metric) FROM readings AS r WHERE r.device = devices.device)
      FROM devices WHERE device IS NOT NULL
      UNION ALL
      SELECT device, (SELECT min(metric) FROM readings AS r WHERE r.device = series.device AND r.metric > series.metric)
      FROM series WHERE metric IS NOT NULL)
  SELECT device, metric,
    (SELECT value FROM readings AS r WHERE r.device = series.device AND r.metric = series.metric ORDER BY time DESC LIMIT 1)
  FROM series WHERE metric IS NOT NULL`);
const raw = db.prepare(
  "SELECT time, value FROM readings WHERE device = ? AND metric = ? AND time >= ? AND time < ? ORDER BY time",
);
const buckets = db.prepare(`
  SELECT time / @every * @every AS start, min(value), avg(value), max(value) FROM readings
  WHERE device = @device AND metric = @metric AND time >= @from AND time < @to GROUP BY start ORDER BY start`);
const fleet = db.prepare(`
  SELECT start, avg(mean) FROM (
    SELECT device, time / @every * @every AS start, avg(value) AS mean FROM readings
    WHERE device IN (SELECT value FROM json_each(@devices)) AND metric = @metric AND time >= @from AND time < @to
    GROUP BY device, start)
  GROUP BY start ORDER BY start`);
for (const statement of [newest, raw, buckets, fleet]) statement.raw(true);
/** Every device that has a metric, by hops over the index. */
const devicesOf = db.prepare(`
  WITH RECURSIVE devices(device) AS (
    SELECT min(device) FROM readings
    UNION ALL
    SELECT (SELECT min(device) FROM readings WHERE device > devices.device) FROM devices WHERE device IS NOT NULL)
  SELECT json_group_array(device) FROM devices WHERE EXISTS
    (SELECT 1 FROM readings AS r WHERE r.device = devices.device AND r.metric = ?)`);
devicesOf.pluck(true);

function columns(rows: readonly Row[], ...names: readonly string[]): Record<string, number[]> {
  return Object.fromEntries(names.map((name, index) => [name, rows.map((row) => row[index] as number)]));
}

function answer(path: string, query: URLSearchParams): object {
  if (path === "/newest") {
    const rows = newest.all() as [string, string, number][];
    return Object.fromEntries(
      rows.map(([device, metric, value]) => [`${device}/${metric}`, { times: [], values: [value] }]),
    );
  }
  if (path === "/fleet") {
    const [metric, from, to, every] = ["metric", "from", "to", "every"].map((name) => query.get(name) ?? "");
    const range = { metric, from: Number(from), to: Number(to), every: BigInt(every ?? 1) };
    return { all: columns(fleet.all({ ...range, devices: devicesOf.get(metric) }) as Row[], "times", "mean") };
  }
  const list = (name: string): string[] => (query.get(name) ?? "").split(",");
  const [from, to, every] = ["from", "to", "every"].map((name) => BigInt(query.get(name) ?? 0));
  const series = list("device").flatMap((device) => list("metric").map((metric) => ({ device, metric })));
  return Object.fromEntries(
    series.map(({ device, metric }) => [
      `${device}/${metric}`,
      path === "/raw"
        ? columns(raw.all(device, metric, from, to) as Row[], "times", "values")
        : columns(buckets.all({ device, metric, from, to, every }) as Row[], "times", "min", "mean", "max"),
    ]),
  );
}

/** Rows of CSV as they come out of the table, a few thousand a piece. */
function* csv(query: URLSearchParams): Generator<string> {
  const [device, metric, from, to] = ["device", "metric", "from", "to"].map((name) => query.get(name) ?? "");
  let piece = "time,device,metric,value\r\n";
  for (const [time, value] of raw.iterate(device, metric, BigInt(from ?? 0), BigInt(to ?? 0)) as Iterable<Row>) {
    piece += `${time},${device},${metric},${value}\r\n`;
    if (piece.length < 65_536) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  if (pathname === "/csv") {
    response.writeHead(200, { "content-type": "text/csv" });
    Readable.from(csv(searchParams)).pipe(response);
    return;
  }
  const body = JSON.stringify(answer(pathname, searchParams));
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
});
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("message", (order) => {
  if (order === "count") process.send?.(db.prepare("SELECT count(*) FROM readings").pluck().get());
  else process.exit(0);
});
// Whoever started it is gone.
process.on("disconnect", () => process.exit(1));
