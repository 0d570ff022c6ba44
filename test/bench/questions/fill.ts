/** Gives a system all walks, by its own route, and waits until it said of each that it has it. */
import { Agent, request } from "node:http";
import { checkStored } from "../experiment.ts";
import { type Samples, streamIn } from "../stream-in.ts";
import type { Running, System } from "../systems/system.ts";
import type { Walks } from "./walks.ts";

/** Throws where the system holds another number of readings than it was given. Answers how long it took until all were acknowledged, s. */
export async function fill(system: System, running: Running, walks: Walks): Promise<number> {
  const beganMs = performance.now();
  if (system.route.over === "http") await importAll(running.port, walks);
  else await streamIn(running.port, walks.sources());
  const seconds = (performance.now() - beganMs) / 1_000;
  await checkStored(system, running, walks.count);
  return seconds;
}

const connections = 4;
/** Readings of a request, of one device: about 200 kB. */
const requestReadings = 10_000;

/**
 * VictoriaMetrics' own form, JSON lines over `POST /api/v1/import`. All devices in turn, so that what comes together was measured at
 * about the same time.
 */
async function importAll(port: number, walks: Walks): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const waiting = walks.devices.map((device) => ({ device, frames: walks.frames(device, requestReadings) }));
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const frame = next.frames.next();
      if (frame.done) continue;
      waiting.push(next);
      await send(agent, port, linesOf(next.device, frame.value));
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, worker));
  } finally {
    agent.destroy();
  }
}

function linesOf(device: string, { times, values }: Samples): string {
  const timestamps = times.join();
  const line = ([metric, column]: [string, readonly unknown[]]): string =>
    `{"metric":{"__name__":"readings_${metric}","db":"bench","device":"${device}"},"values":[${column.join()}],"timestamps":[${timestamps}]}\n`;
  return Object.entries(values).map(line).join("");
}

function send(agent: Agent, port: number, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const path = "/api/v1/import";
    const headers = { "content-length": Buffer.byteLength(body) };
    const sent = request({ agent, host: "127.0.0.1", port, path, method: "POST", headers }, (answer) => {
      const { statusCode = 0 } = answer;
      answer.resume();
      answer.on("end", () => {
        if (statusCode >= 200 && statusCode < 300) resolve();
        else reject(new Error(`POST ${path}: ${statusCode}`));
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
