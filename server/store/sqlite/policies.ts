/** How long what is kept: the policies of the table, when something is to go by them, and what went. */
import type { Ages, Policy } from "../../protocol/keep.ts";
import { type Aged, togetherAged } from "../retention.ts";
import { type Db, transact } from "./driver.ts";
import { storedJson } from "./stored-json.ts";

export class Policies {
  readonly #db: Db;
  readonly #list;
  readonly #insert;
  /** Of series that no policy matches. */
  readonly otherwise: Ages;
  #kept: readonly Policy[];
  /** What is older at this time than its policy says has to go, ms; undefined while nobody asked for it. */
  orderedMs: number | undefined;
  /** What went since the store was opened; null for nothing. */
  gone: Aged | null = null;

  constructor(db: Db, otherwise: Ages) {
    this.#db = db;
    this.otherwise = otherwise;
    this.#list = db.prepare("SELECT device, metric, ages FROM policies ORDER BY place");
    this.#insert = db.prepare("INSERT INTO policies (place, device, metric, ages) VALUES (?, ?, ?, ?)");
    const rows = this.#list.all() as { device: string; metric: string; ages: string }[];
    this.#kept = rows.map((row) => ({
      ...row,
      ages: storedJson<Ages>(row.ages, `how long readings of ${row.device} are kept`),
    }));
  }

  /** In order; another list each time that they were replaced. */
  get all(): readonly Policy[] {
    return this.#kept;
  }

  replace(policies: readonly Policy[]): void {
    transact(this.#db, () => {
      this.#db.exec("DELETE FROM policies");
      for (const [place, { device, metric, ages }] of policies.entries())
        this.#insert.run(place, device, metric, JSON.stringify(ages));
    });
    this.#kept = [...policies];
    this.orderedMs = undefined;
  }

  went(aged: Aged): void {
    this.gone = this.gone === null ? aged : togetherAged(this.gone, aged);
  }
}
