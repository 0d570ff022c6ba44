/** Says aloud how much the data may take, and that its oldest raw readings go: nothing may be gone without a word. */
import { sizeText } from "../../config-values.ts";
import type { Clock, Log } from "../../ports.ts";
import type { StoreStats, TelemetryStore } from "../../store/store.ts";
import { StoreWatch } from "./store-watch.ts";
import { ToldTrouble } from "./told-trouble.ts";

export interface BudgetWatchDeps {
  readonly store: Pick<TelemetryStore, "stats">;
  readonly clock: Clock;
  readonly log: Log;
  /** What the hub says of itself in `/health`, one sentence each; the one of the budget stands there as long as it holds. */
  readonly troubles: string[];
}

const periodMs = 5_000;
const dayMs = 86_400_000;
/** A budget that is passed and where nothing goes is told after so many looks: what may go takes a moment. */
const patience = 6;

export class BudgetWatch {
  readonly #deps: BudgetWatchDeps;
  readonly #watch: StoreWatch;
  readonly #trouble: ToldTrouble;
  /** Readings that went, those of which nothing is left among them, as far as that was seen; and when more of the latter did. */
  #gone = 0;
  #lost = 0;
  #lostAtMs = 0;
  /** What the log was told of last, and when. */
  #told = 0;
  #toldAtMs = 0;
  #passed = 0;

  /** Looks now, and every few seconds until `stop`. */
  constructor(deps: BudgetWatchDeps) {
    this.#deps = deps;
    this.#trouble = new ToldTrouble(deps.troubles);
    this.#watch = new StoreWatch({ ...deps, everyMs: periodMs, judge: (stats) => this.#judge(stats) });
    void this.#watch.look();
  }

  stop(): void {
    this.#watch.stop();
  }

  #judge({ budgetBytes, usedBytes, thinned }: StoreStats): void {
    const { clock, log } = this.#deps;
    if (budgetBytes === null) return;
    const nowMs = clock.monotonic();
    const gone = thinned?.readings ?? 0;
    const grows = gone > this.#gone;
    this.#gone = gone;
    const lost = thinned?.lost ?? 0;
    if (lost > this.#lost) this.#lostAtMs = nowMs;
    this.#lost = lost;
    this.#passed = usedBytes > budgetBytes && !grows ? this.#passed + 1 : 0;
    if (thinned && grows && (this.#told === 0 || nowMs - this.#toldAtMs >= dayMs)) {
      log.warn(
        `The data has reached its budget of ${sizeText(budgetBytes)} (--budget): the oldest raw readings go, ${gone - this.#told} up to now, the newest of them of ${timeText(thinned.lastMs)}; ${lost === 0 ? "their hours stay" : `of ${lost} since the start no tier holds the hours: nothing is left of those`}. What is to be kept longer needs a larger one.`,
        { readings: gone - this.#told, lost, throughMs: thinned.lastMs, budgetBytes },
      );
      this.#told = gone;
      this.#toldAtMs = nowMs;
    }
    this.#trouble.tell(this.#sentenceNow(budgetBytes, usedBytes, thinned, nowMs));
  }

  #sentenceNow(
    budgetBytes: number,
    usedBytes: number,
    thinned: StoreStats["thinned"],
    nowMs: number,
  ): string | undefined {
    const budget = `${sizeText(budgetBytes)} (--budget)`;
    if (this.#passed >= patience)
      return `The data takes ${sizeText(usedBytes)}, more than its budget of ${budget}, and nothing more may go: of each series its newest readings stay. Give it more, or delete series.`;
    // That raw readings go whose hours stay is as it was asked for. A day after the last one was lost there is room again.
    if (!thinned || thinned.lost === 0 || nowMs - this.#lostAtMs >= dayMs) return undefined;
    return `The data has reached its budget of ${budget}: raw readings up to ${timeText(thinned.lastMs)} went, the oldest first, ${thinned.lost} of them before any tier held their hours.`;
  }
}

/** To the minute: what goes is told again and again. */
function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
