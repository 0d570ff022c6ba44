/** The systems beside the hub: programs of this folder that say where they listen and how much they hold. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Running, System } from "./system.ts";

/** A bare `ws` server that parses every frame and does no more: what the library and `JSON.parse` alone cost. */
export const bareSystem: System = {
  name: "bare ws",
  route: { over: "websocket", acks: false },
  start: () => startProgram("bare-server.ts", []),
};

/** That server with a page of its own beside it, for those who measure what a page costs (`../dashboard`). */
export const barePageSystem: System = {
  name: "bare page",
  route: { over: "websocket", acks: false },
  start: () => startProgram("bare-page-server.ts", []),
};

/** The hub that anybody would write first: ws, zod, one INSERT a reading, a transaction a frame. */
export function tableSystem(synchronous: "FULL" | "NORMAL"): System {
  return {
    name: `table ${synchronous}`,
    route: { over: "websocket", acks: true },
    start: (folder) => startProgram("table-server.ts", [folder, synchronous]),
  };
}

/** Answers questions over HTTP from the table of a `tableSystem` that was stopped. */
export function startTableReader(folder: string): Promise<Running> {
  return startProgram("table-history-server.ts", [folder]);
}

async function startProgram(file: string, argv: readonly string[]): Promise<Running> {
  const program = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(program, argv, {
    execArgv: ["--import", "tsx/esm"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const port = await answerOf(child);
  return {
    pid: child.pid as number,
    port,
    stored() {
      child.send("count");
      return answerOf(child);
    },
    async stop() {
      const ended = once(child, "exit");
      child.send("stop");
      const [code] = await ended;
      if (code !== 0) throw new Error(`${file} ended with ${code}`);
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

async function answerOf(child: ChildProcess): Promise<number> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${child.spawnfile} ended with ${code}`);
  });
  const [answer] = (await Promise.race([once(child, "message"), ended])) as [number];
  ended.catch(() => {});
  return answer;
}
