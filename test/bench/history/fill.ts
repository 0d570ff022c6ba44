/** Gives a system all readings, by its own route, and waits until it said of each that it has it. */
import { Agent, request } from "node:http";
import { checkStored } from "../experiment.ts";
import type { Running, System } from "../systems/system.ts";
import { messageFrame, openWebSocket } from "../wire.ts";
import { devices, metrics, type Readings } from "./readings.ts";

/** Throws where the system holds another number of readings than it was given. */
export async function fill(system: System, running: Running, readings: Readings): Promise<void> {
  const { route } = system;
  if (route.over === "http") await post(running.port, route.path, readings);
  else await Promise.all(devices.map((device) => stream(running.port, device, readings)));
  await checkStored(system, running, readings.count);
}

/** Times in a frame of `samples`, a thousand readings. */
const frameSteps = 100;
const framesAhead = 8;

async function stream(port: number, device: string, readings: Readings): Promise<void> {
  const frames = Math.ceil(readings.steps / frameSteps);
  let onDecided: (upTo: number) => void = () => {};
  let onFailed: (error: Error) => void = () => {};
  const socket = await openWebSocket(port, (payload) => {
    const answer = JSON.parse(String(payload)) as { type: string; seq: number; rejectedCount?: number };
    if (answer.type === "welcome") onDecided(0);
    else if (answer.type === "ack" && !answer.rejectedCount) onDecided(answer.seq);
    else onFailed(new Error(`the server said ${payload}`));
  });
  await new Promise<void>((resolve, reject) => {
    let sent = 0;
    onDecided = (upTo) => {
      for (; sent < Math.min(frames, upTo + framesAhead); sent++)
        socket.write(messageFrame(samples(sent + 1, device, readings)));
      if (upTo === frames) resolve();
    };
    onFailed = reject;
    socket.on("close", () => reject(new Error("the server cut the connection")));
    socket.write(messageFrame({ type: "hello", device, session: "bench", reportInterval: 1_000 }));
  });
  socket.destroy();
}

function samples(seq: number, device: string, readings: Readings): object {
  const of = (column: Float64Array): number[] => [...column.subarray((seq - 1) * frameSteps, seq * frameSteps)];
  const values = Object.fromEntries(metrics.map((metric) => [metric, of(readings.values(device, metric))]));
  return { type: "samples", seq, times: of(readings.times(device)), values };
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
