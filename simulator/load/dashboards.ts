/**
 * `npm run load:dashboards`: holds many viewers on a hub and tells how late they see a reading, which it sends itself by a
 * device `load/probe-…`. Exit codes: 0 all stayed, 1 not all, 2 a flag was wrong.
 */
import { WebSocket } from "ws";
import { openTerminal, stopOnSignals } from "../terminal.ts";
import { type DashboardsOptions, readDashboardsOptions } from "./options.ts";
import { Probe } from "./probe.ts";
import { latencyText, table } from "./report.ts";
import { type Seen, Viewers } from "./viewers.ts";
import { until } from "./waiting.ts";

/** Viewers have so long to come about, ms. */
const connectingMs = 60_000;
/** Where the first connection did not come about by then, ms, and it is known why, nothing is there. */
const hopelessMs = 3_000;
const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

async function run(options: DashboardsOptions): Promise<number> {
  const { url, token, probeEvery } = options;
  const terminal = openTerminal(options.json);
  const stopped = stopOnSignals().signal;
  const cpu = process.cpuUsage();
  const wallMs = performance.now();
  const probe = new Probe(url, { ...(token === undefined ? {} : { token }), WebSocket });
  const isHopeless = () => probe.trouble !== undefined && performance.now() - wallMs > hopelessMs;
  try {
    await Promise.race([
      probe.start(probeEvery),
      until(isHopeless, connectingMs, stopped).then(() => Promise.reject(new Error(probe.trouble ?? "no answer"))),
    ]);
  } catch (error) {
    probe.stop();
    terminal.trouble(`The hub at ${url} takes no readings: ${error instanceof Error ? error.message : String(error)}.`);
    return 1;
  }
  const viewers = new Viewers({ ...options, token, probe, WebSocket });
  viewers.start();
  await until(() => viewers.open === options.viewers || viewers.refused !== undefined, connectingMs, stopped);
  if (viewers.refused !== undefined) {
    viewers.close();
    probe.stop();
    terminal.trouble(`The hub at ${url} shows nothing: ${viewers.refused}`);
    return 1;
  }
  const begunMs = performance.now();
  viewers.measure();
  let before = 0;
  const lines = setInterval(() => {
    const { seen, open } = viewers;
    terminal.live(liveLine(seen, open, options.viewers, seen.updates - before));
    before = seen.updates;
  }, 1_000);
  await until(() => false, options.duration, stopped);
  clearInterval(lines);
  const seconds = (performance.now() - begunMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const ownCores = (user + system) / 1_000 / (performance.now() - wallMs);
  const report = reportOf(viewers, options.viewers, seconds, ownCores);
  viewers.close();
  probe.stop();
  terminal.result(options.json ? JSON.stringify(report) : reportText(report));
  return report.open === report.viewers && report.reconnects === 0 && report.latencyMs !== null ? 0 : 1;
}

function reportOf({ seen, open }: Viewers, viewers: number, seconds: number, ownCores: number) {
  const { frames, updates, bytes, merged, reconnects, trouble, latency } = seen;
  return {
    ...{ viewers, open, seconds: Math.round(seconds * 1_000) / 1_000, frames, updates, bytes, merged, reconnects },
    latencyMs: latency.told ?? null,
    ownCores: Math.round(ownCores * 100) / 100,
    ...(trouble === undefined ? {} : { trouble }),
  };
}

function reportText(report: ReturnType<typeof reportOf>): string {
  const { seconds, latencyMs, merged, reconnects, trouble } = report;
  const each = (amount: number): string => number.format(amount / seconds);
  return table([
    ["viewers", `${number.format(report.open)} of ${number.format(report.viewers)}, for ${seconds} s`],
    ["seen", `${number.format(report.updates)} readings in ${number.format(report.frames)} frames`],
    ["rate", `${each(report.updates)} readings/s, ${each(report.frames)} frames/s, ${each(report.bytes / 1e6)} MB/s`],
    ["latency", latencyMs ? `${latencyText(latencyMs)}, from sent by a device to read by a viewer` : "no reading came"],
    ...(merged > 0 ? [["merged", `${number.format(merged)} readings left out for slow viewers`] as const] : []),
    ...(reconnects > 0 ? [["reconnects", number.format(reconnects)] as const] : []),
    ["this program", `kept ${report.ownCores} cores busy`],
    ...(trouble === undefined ? [] : [["last trouble", trouble] as const]),
  ]);
}

function liveLine({ latency }: Seen, open: number, viewers: number, perSecond: number): string {
  const late = latency.told ? ` · ${latencyText(latency.told)}` : "";
  return `${number.format(open)} of ${number.format(viewers)} watching · ${number.format(perSecond)} readings/s${late}`;
}

const read = readDashboardsOptions(process.argv.slice(2));
process.exit("exitCode" in read ? read.exitCode : await run(read.options));
