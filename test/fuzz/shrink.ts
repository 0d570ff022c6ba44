/** From many frames, one of which ended a hub, to as few as possible. */
import { defaultLimits } from "../../server/protocol/limits.ts";
import { Line, Tally } from "./lines.ts";
import { type Program, WatchedHub } from "./watched-hub.ts";

/** The same frames, or fewer that end a hub just so: halves are tried, each with a hub of its own. */
export async function shrunk(input: readonly Buffer[], program: Program | undefined): Promise<readonly Buffer[]> {
  if (input.length <= 1) return input;
  const middle = Math.ceil(input.length / 2);
  for (const half of [input.slice(0, middle), input.slice(middle)])
    if (await endsHub(half, program)) return shrunk(half, program);
  return input;
}

async function endsHub(frames: readonly Buffer[], program: Program | undefined): Promise<boolean> {
  const hub = await WatchedHub.start(program);
  const line = new Line(hub.url, new Tally(), defaultLimits.frameBytes);
  try {
    await line.send(frames).catch(() => {});
    await hub.figures().catch(() => {});
    return hub.end !== undefined;
  } finally {
    line.end();
    await hub.stop();
  }
}
