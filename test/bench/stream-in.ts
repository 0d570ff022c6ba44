/** Gives a system that speaks the hub's protocol readings that are made on the way, whatever their number: nothing is held but a few frames. */
import { messageFrame, openWebSocket } from "./wire.ts";

/** Columns of one device: each as long as `times`. */
export interface Samples {
  readonly times: readonly number[];
  readonly values: Readonly<Record<string, readonly (number | boolean | string | null)[]>>;
}

/** A device on a connection of its own. Of its frames each takes less than 64 KiB. */
export interface Source {
  readonly device: string;
  /** What it declares, ms; 0: it reports on event, and no silence of it is a gap. A minute by default. */
  readonly reportInterval?: number;
  readonly frames: Iterator<Samples>;
}

const framesAhead = 8;

/** Resolves once the system has said of every frame that it has it. Throws where a reading was refused. */
export async function streamIn(port: number, sources: readonly Source[]): Promise<void> {
  await Promise.all(sources.map((source) => streamOne(port, source)));
}

async function streamOne(port: number, { device, reportInterval = 60_000, frames }: Source): Promise<void> {
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
    let ended = false;
    onDecided = (upTo) => {
      while (!ended && sent < upTo + framesAhead) {
        const next = frames.next();
        if (next.done) ended = true;
        else socket.write(messageFrame({ type: "samples", seq: ++sent, ...next.value }));
      }
      if (ended && upTo === sent) resolve();
    };
    onFailed = reject;
    socket.on("close", () => reject(new Error("the server cut the connection")));
    socket.write(messageFrame({ type: "hello", device, session: "bench", reportInterval }));
  });
  socket.destroy();
}
