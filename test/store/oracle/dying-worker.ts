/** The store's worker, whose writer kills the whole process where it was told to. */
import { writeFileSync } from "node:fs";
import { getEnvironmentData } from "node:worker_threads";
import Database from "better-sqlite3";
import { type DeathPoint, deathPointNames, deathPoints, type Note, type Plan, planKey } from "./deaths.ts";

const plan = getEnvironmentData(planKey) as Plan | undefined;
if (plan) watch(new Int32Array(plan.cells), plan.notePath);

/** Counts what the writer runs, and dies when the count is down. */
function watch(cells: Int32Array, notePath: string): void {
  const due = (sql: string): "before" | "after" | undefined => {
    if (Atomics.load(cells, 0) === 0) return undefined;
    const point = deathPointNames[Atomics.load(cells, 1)] as DeathPoint;
    if (!deathPoints[point].test(sql) || Atomics.sub(cells, 0, 1) !== 1) return undefined;
    return Atomics.load(cells, 2) === 1 ? "after" : "before";
  };
  const die = (sql: string) => {
    const isDelete = /\bdelete(?:Range|Device)\b/.test(new Error("where").stack ?? "");
    writeFileSync(notePath, JSON.stringify({ sql, isDelete } satisfies Note));
    process.kill(process.pid, "SIGKILL");
  };
  const around = <T>(db: Database.Database, sql: string, run: () => T): T => {
    const when = db.readonly ? undefined : due(sql);
    if (when === "before") die(sql);
    const result = run();
    if (when === "after") die(sql);
    return result;
  };

  const base = Database.prototype as Database.Database;
  const { exec, pragma } = base;
  base.exec = function (sql) {
    return around(this, sql, () => exec.call(this, sql));
  };
  base.pragma = function (sql, options) {
    return around(this, sql, () => pragma.call(this, sql, options));
  };
  const probe = new Database(":memory:");
  const statement = Object.getPrototypeOf(probe.prepare("SELECT 1")) as Database.Statement;
  probe.close();
  for (const name of ["run", "get", "all", "iterate"] as const) {
    const original = statement[name] as (...values: unknown[]) => unknown;
    Object.defineProperty(statement, name, {
      value(this: Database.Statement, ...values: unknown[]) {
        return around(this.database, this.source, () => original.apply(this, values));
      },
    });
  }
}

await import("../../../server/store/sqlite/worker.ts");
