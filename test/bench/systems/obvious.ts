/** The systems beside the hub: programs of this folder that say where they listen and how much they hold. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { z } from "zod";
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

/** Commits the bytes of frames and nothing else: what SQLite and the disk alone take, told by `commitTimes`. */
export const commitSystem: System = {
  name: "bare commit",
  route: { over: "websocket", acks: true },
  async start(folder) {
    const { ask, ...running } = await startProgram("commit-server.ts", [folder]);
    return { ...running, commitTimes: async () => z.array(z.number()).parse(await ask("commits")) };
  },
};

/** Answers questions over HTTP from the table of a `tableSystem` that was stopped. */
export function startTableReader(folder: string): Promise<Running> {
  return startProgram("table-history-server.ts", [folder]);
}

interface Program extends Running {
  ask(order: string): Promise<unknown>;
}

async function startProgram(file: string, argv: readonly string[]): Promise<Program> {
  const program = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(program, argv, {
    execArgv: ["--import", "tsx/esm"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const ask = (order: string): Promise<unknown> => {
    child.send(order);
    return answerOf(child);
  };
  const port = z.number().parse(await answerOf(child));
  return {
    ask,
    pid: child.pid as number,
    port,
    stored: async () => z.number().parse(await ask("count")),
    async stop() {
      const ended = once(child, "exit");
      child.send("stop");
      const [code] = await ended;
      if (code !== 0) throw new Error(`${file} ended with ${code}`);
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${child.spawnfile} ended with ${code}`);
  });
  const [answer] = (await Promise.race([once(child, "message"), ended])) as [unknown];
  ended.catch(() => {});
  return answer;
}
