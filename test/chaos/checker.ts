/** Holds what the hub answers against what the senders know. */
import { firstTimeMs, type SenderLine, timedMetrics } from "./sender.ts";

/** Readings that break the promise, by kind. All zero is the only good verdict. */
export interface Verdict {
  /** Acknowledged and not there. */
  lost: number;
  /** There and never sent. */
  phantom: number;
  /** There twice. */
  doubled: number;
  /** There with another value. */
  altered: number;
  /** Readings that were acknowledged: a floor for this shows that the check was not empty. */
  acknowledged: number;
  /** Readings the hub answered. */
  found: number;
}

interface Answer {
  readonly times: readonly number[];
  readonly values: readonly (number | boolean | string)[];
}

async function readAll(url: string, device: string, metric: string): Promise<Answer[]> {
  const to = String(Date.now() + 3_600_000);
  const query = new URLSearchParams({ device, metric, from: String(firstTimeMs - 1), to });
  const answer = await fetch(`${url.replace(/\/$/, "")}/api/v1/readings?${query}`);
  if (answer.status === 404) return [];
  if (!answer.ok) throw new Error(`GET readings answered ${answer.status}: ${await answer.text()}`);
  const body = (await answer.json()) as Answer | { series: Answer[] };
  return "series" in body ? body.series : [body];
}

/** Reads everything back through the public API and compares it reading by reading. */
export async function check(url: string, lines: readonly SenderLine[]): Promise<Verdict> {
  const verdict: Verdict = { lost: 0, phantom: 0, doubled: 0, altered: 0, acknowledged: 0, found: 0 };
  for (const line of lines) {
    if (line.timed) for (const metric of timedMetrics) await checkTimed(url, line, metric, verdict);
    else await checkCounting(url, line, verdict);
  }
  return verdict;
}

async function checkTimed(url: string, line: SenderLine, metric: string, verdict: Verdict): Promise<void> {
  const [{ times, values } = { times: [], values: [] }] = await readAll(url, line.device, metric);
  verdict.found += times.length;
  const found = new Map<number, number | boolean | string>();
  for (const [index, time] of times.entries()) {
    if (found.has(time)) verdict.doubled += 1;
    found.set(time, values[index] as number);
  }
  for (let seq = 1; seq <= line.attempted; seq++) {
    for (const row of line.rows(seq)) {
      if (row.metric !== metric) continue;
      const acknowledged = seq <= line.decided;
      if (acknowledged) verdict.acknowledged += 1;
      const time = row.time as number;
      if (!found.has(time)) verdict.lost += acknowledged ? 1 : 0;
      else if (found.get(time) !== row.value) verdict.altered += 1;
      found.delete(time);
    }
  }
  verdict.phantom += found.size;
}

async function checkCounting(url: string, line: SenderLine, verdict: Verdict): Promise<void> {
  const values = (await readAll(url, line.device, "counter-*")).flatMap((series) => series.values);
  verdict.found += values.length;
  const seen = new Set<number>();
  for (const value of values as number[]) {
    if (seen.has(value)) verdict.doubled += 1;
    seen.add(value);
    if (!(Number.isInteger(value) && value >= 1 && value <= line.attempted)) verdict.phantom += 1;
  }
  verdict.acknowledged += line.decided;
  for (let seq = 1; seq <= line.decided; seq++) if (!seen.has(seq)) verdict.lost += 1;
}
