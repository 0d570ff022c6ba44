/** Gives a system all readings, by its own route, and waits until it said of each that it has it. */
import { Agent, request } from "node:http";
import { checkStored } from "../experiment.ts";
import { type Samples, streamIn } from "../stream-in.ts";
import type { Running, System } from "../systems/system.ts";
import { devices, metrics, type Readings } from "./readings.ts";

/** Throws where the system holds another number of readings than it was given. */
export async function fill(system: System, running: Running, readings: Readings): Promise<void> {
  const { route } = system;
  if (route.over === "http") await post(running.port, route.path, readings);
  else
    await streamIn(
      running.port,
      devices.map((device) => ({ device, frames: framesOf(device, readings) })),
    );
  await checkStored(system, running, readings.count);
}

/** Times in a frame of `samples`, a thousand readings. */
const frameSteps = 100;

function* framesOf(device: string, readings: Readings): Generator<Samples> {
  for (let from = 0; from < readings.steps; from += frameSteps) {
    const of = (column: Float64Array): number[] => [...column.subarray(from, from + frameSteps)];
    const values = Object.fromEntries(metrics.map((metric) => [metric, of(readings.values(device, metric))]));
    yield { times: of(readings.times(device)), values };
  }
}

/** Lines in a request: what InfluxDB's documentation advises. A line has all metrics of a device at one time. */
const bodyLines = 5_000;
const connections = 4;

async function post(port: number, path: string, readings: Readings): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const bodySteps = bodyLines / devices.length;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < readings.steps) {
      const from = next;
      next += bodySteps;
      await send(agent, port, path, lines(readings, from, Math.min(next, readings.steps)));
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, worker));
  } finally {
    agent.destroy();
  }
}

function lines(readings: Readings, from: number, to: number): string {
  let text = "";
  for (const device of devices) {
    const times = readings.times(device);
    const columns = metrics.map((metric) => readings.values(device, metric));
    for (let step = from; step < to; step++) {
      const fields = metrics.map((metric, index) => `${metric}=${columns[index]?.[step]}`);
      text += `readings,device=${device} ${fields.join()} ${times[step]}\n`;
    }
  }
  return text;
}

function send(agent: Agent, port: number, path: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-length": Buffer.byteLength(body) };
    const sent = request({ agent, host: "127.0.0.1", port, path, method: "POST", headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece) => {
        text += piece;
      });
      answer.on("end", () => {
        const { statusCode = 0 } = answer;
        if (statusCode >= 200 && statusCode < 300) resolve();
        else reject(new Error(`POST ${path}: ${statusCode} ${text}`));
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
