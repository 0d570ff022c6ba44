/** What each thread of a hub took: the main one, those of the store by the names that `name-threads.mjs` gave them, and all else. */
import { readdirSync, readFileSync } from "node:fs";

const named = ["writer", "reader"] as const;

/** CPU so far, ms. `others`: V8's and libuv's helpers: collections, compilation, files. */
export type ThreadsMs = Readonly<Record<"main" | "others" | (typeof named)[number], number>>;

/** Threads that ended are missed; those of a hub live as long as it does. */
export function threadsOf(pid: number): ThreadsMs {
  const ms = { main: 0, writer: 0, reader: 0, others: 0 };
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const folder = `/proc/${pid}/task/${thread}`;
      const name = readFileSync(`${folder}/comm`, "utf8").trim();
      const [nanoseconds] = readFileSync(`${folder}/schedstat`, "utf8").split(" ");
      const of = thread === String(pid) ? "main" : (named.find((each) => each === name) ?? "others");
      ms[of] += Number(nanoseconds) / 1e6;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return ms;
}

/** Cores that each took between two looks, `ms` apart. */
export function busyBetween(before: ThreadsMs, after: ThreadsMs, ms: number): ThreadsMs {
  const of = (thread: keyof ThreadsMs) => (after[thread] - before[thread]) / ms;
  return { main: of("main"), writer: of("writer"), reader: of("reader"), others: of("others") };
}
