/** This hub, built, as `npm start` runs it. */
import { builtHub, HubProcess } from "../../chaos/hub-process.ts";
import type { Running, System } from "./system.ts";

interface Started {
  /** Runs it by this instead of node, which is appended: `["taskset", "-c", "0"]`. */
  readonly wrapper?: readonly string[];
  /** Stand before the program. */
  readonly nodeFlags?: readonly string[];
}

/** @param main the built program; by default that of `dist/` */
export function hubSystem(name = "hub", main = builtHub, { wrapper = [], nodeFlags = [] }: Started = {}): System {
  return {
    name,
    route: { over: "websocket", acks: true },
    async start(data): Promise<Running> {
      const flags = ["--min-free", "16MB"];
      const hub = new HubProcess({ data, flags, wrapper, program: [...nodeFlags, main] });
      // A bench that is interrupted leaves nothing running.
      const kill = (): void => hub.signal("SIGKILL");
      process.once("exit", kill);
      void hub.ended.then(() => process.off("exit", kill));
      const url = await hub.url();
      return {
        pid: hub.pid,
        port: Number(new URL(url).port),
        stored: () => countOf(url),
        async stop() {
          hub.signal("SIGTERM");
          const { code } = await hub.ended;
          if (code !== 0) throw new Error(`the hub ended with ${code}:\n${hub.lines.join("\n")}`);
        },
        kill,
      };
    },
  };
}

async function countOf(url: string): Promise<number> {
  let sum = 0;
  let cursor: string | null = "";
  while (cursor !== null) {
    const answer = await fetch(`${url}/api/v1/series?limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    if (!answer.ok) throw new Error(`GET series: ${answer.status} ${await answer.text()}`);
    const page = (await answer.json()) as { series: { count: number }[]; next: string | null };
    for (const { count } of page.series) sum += count;
    cursor = page.next;
  }
  return sum;
}
