/**
 * An honest device, in a process of its own so that nothing but the hub can make it late: sends a reading each 100 ms, and
 * tells how long each acknowledgement took whenever it is asked. Argument: the hub's address.
 */
import { WebSocket } from "ws";

/** What it tells when it is asked, of the time since it was asked last. */
export interface HonestReport {
  /** Each acknowledgement, ms. */
  readonly ackMs: readonly number[];
  /** How old the oldest reading is that still waits for one, ms; 0 where none does. */
  readonly waitingMs: number;
  /** What went wrong: refusals, ends of the connection. */
  readonly troubles: readonly string[];
}

/** Between two of its readings, ms. */
const everyMs = 100;

/** What it is asked, besides for a report at once: one when it has so many acknowledgements. */
export interface Asked {
  readonly acks: number;
}

/** Only where it is started as a program. */
if (process.send && process.argv[2] !== undefined) run(process.argv[2]);

function run(url: string): void {
  const sentAt = new Map<number, number>();
  let ackMs: number[] = [];
  let troubles: string[] = [];
  let seq = 0;
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws`);
  socket.on("open", () => {
    socket.send(JSON.stringify({ type: "hello", device: "honest", session: "s" }));
    setInterval(() => {
      seq += 1;
      sentAt.set(seq, performance.now());
      socket.send(JSON.stringify({ type: "readings", seq, readings: [{ metric: "m", value: seq, time: Date.now() }] }));
    }, everyMs);
  });
  socket.on("message", (data) => {
    const answer = JSON.parse(String(data)) as { type: string; seq?: number; rejected?: unknown };
    if (answer.type === "error" || answer.rejected) troubles.push(String(data));
    if (answer.type !== "ack") return;
    const now = performance.now();
    for (const [sent, ms] of sentAt) {
      if (sent > (answer.seq ?? 0)) break;
      ackMs.push(now - ms);
      sentAt.delete(sent);
    }
    tellIfEnough();
  });
  socket.on("close", (code) => troubles.push(`closed with ${code}`));
  socket.on("error", (error) => troubles.push(error.message));
  let awaited: number | undefined;
  const tellIfEnough = () => {
    if (awaited === undefined || (ackMs.length < awaited && troubles.length === 0)) return;
    awaited = undefined;
    const [oldest = performance.now()] = sentAt.values();
    process.send?.({ ackMs, waitingMs: performance.now() - oldest, troubles } satisfies HonestReport);
    ackMs = [];
    troubles = [];
  };
  process.on("message", ({ acks }: Asked) => {
    awaited = acks;
    tellIfEnough();
  });
  process.on("disconnect", () => process.exit(0));
}
