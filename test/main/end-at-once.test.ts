import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { buildWorker, sqliteEngine } from "../store/sqlite/engine.ts";
import { everything, World } from "../store/world.ts";

const workerUrl = await buildWorker();

it("[F22] a stop that gives up ends the process though a thread is in a call of the database, and the next start has all that was acknowledged", async () => {
  const engine = sqliteEngine();
  const script = join(import.meta.dirname, "stuck.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, engine.folder, workerUrl.href], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) acknowledged = Number(line);
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect(acknowledged).toBe(50);
  const world = new World(engine);
  await world.open();
  const rows = Array.from({ length: acknowledged }, (_, index) => [index + 1, index + 1]);
  expect(await world.raw(everything(1), 5_000)).toEqual(rows);
  await world.store.close();
  engine.remove();
});
