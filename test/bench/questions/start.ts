/** How long a system that holds an archive takes from its start until it says that it is ready. */
import { forgetFiles } from "../asking/page-cache.ts";
import { byCase } from "../by-case.ts";
import type { Context, Figure, FigureKind } from "../part.ts";
import { residentBytesOf } from "../process-figures.ts";
import type { Filled } from "./archives.ts";

export const startFigures: readonly FigureKind[] = [
  { name: "ready ms", unit: "ms", better: "less" },
  { name: "RSS MB", unit: "MB" },
];

const starts = [
  { name: "start on 130 M, cold files", isCold: true },
  { name: "start on 130 M, warm files", isCold: false },
] as const;
export const startName: readonly string[] = starts.map(({ name }) => name);

const bytesPerMb = 2 ** 20;
/** What a program that answers is asked, by the way in: both say by it that they take readings and questions. */
const readyPath = { websocket: "/ready", http: "/health" } as const;

/** From before the process is made to the first 200 of its own answer to whether it is ready; then it is stopped in good order. */
export async function* started(context: Context, archives: readonly Filled[]): AsyncGenerator<Figure> {
  const figures: Figure[] = [];
  for (let round = 1; round <= context.rounds; round++) {
    for (const archive of archives) {
      for (const { name, isCold } of starts.filter((each) => context.wants(each.name))) {
        context.say(`round ${round} of ${context.rounds}: ${name}: ${archive.name}`);
        if (isCold) await forgetFiles(archive.folder);
        const beganMs = performance.now();
        const running = await archive.open();
        try {
          const answer = await fetch(`http://127.0.0.1:${running.port}${readyPath[archive.system.route.over]}`);
          if (answer.status !== 200) throw new Error(`${archive.name} is not ready: ${answer.status}`);
          const of = { "ready ms": performance.now() - beganMs, "RSS MB": residentBytesOf(running.pid) / bytesPerMb };
          for (const [figure, value] of Object.entries(of))
            figures.push({ case: name, system: archive.name, round, figure, value });
          await running.stop();
        } catch (error) {
          running.kill();
          throw error;
        }
      }
    }
  }
  yield* byCase(figures);
}
