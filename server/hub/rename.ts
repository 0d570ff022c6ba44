/** Other names for series: a person's name beats the one that a sensor goes on with. */
import { Refusal } from "../protocol/errors.ts";
import { StoreError, type StoreState, type TelemetryStore } from "../store/store.ts";
import { type Catalog, describeMetric, type Series } from "./catalog.ts";
import type { Presence } from "./devices/presence.ts";
import type { Committer } from "./ingest/committer.ts";
import type { LiveSets } from "./live/live-sets.ts";
import { type MergeDeps, Merges } from "./merge.ts";

export interface RenameDeps {
  readonly store: Pick<TelemetryStore, "names" | "seriesState">;
  readonly catalog: Catalog;
  readonly committer: Pick<Committer, "exclusive" | "open">;
  readonly live: Pick<LiveSets, "seriesRenamed" | "seriesChanged">;
  readonly presence: Pick<Presence, "declared">;
}

/** What people do with the names of series. */
export interface SeriesNames {
  /** Resolves once the name is on disk and viewers were told. Throws a `Refusal`; then nothing changed. */
  rename(series: Series, metric: string): Promise<void>;
  /** Lets readings under another name of a series be of that name again. Throws a `Refusal` where it has no such name. */
  forget(series: Series, device: string, metric: string): Promise<void>;
  /** Series that become a part of another one, and so go by its name. */
  readonly merges: Pick<Merges, "merge" | "require" | "requireNothingMet">;
}

/** `open`: merges that the hub before this one left; they go on. */
export function seriesNames(deps: RenameDeps & MergeDeps, open: StoreState["merges"]): SeriesNames {
  return {
    merges: new Merges(deps, open),
    rename: (series, metric) => renameSeries(series, metric, deps),
    forget: (series, device, metric) => forgetName(series, device, metric, deps),
  };
}

function renameSeries(series: Series, metric: string, deps: RenameDeps): Promise<void> {
  const { store, catalog, committer, live, presence } = deps;
  return committer.exclusive(async () => {
    const before = series.metric;
    if (metric === before) return;
    if (catalog.findSeries(series.number) !== series) {
      throw new Refusal("unknown_series", `Series ${series.number} was removed meanwhile.`);
    }
    requireFree(series, metric, catalog);
    // Known at once: what comes meanwhile under either name is of this series.
    const takeBack = renamed(series, metric, catalog);
    try {
      await store.names.rename(series.number, metric);
    } catch (error) {
      if (!(await isCalled(series.number, metric, store))) {
        takeBack();
        throw error instanceof StoreError ? new Refusal(error.code, error.message) : error;
      }
    }
    // What its device said of it meanwhile.
    if (series.device.metricsOwn.has(metric)) committer.open.addMetric(series.device, metric);
    presence.declared(series.device);
    await live.seriesRenamed(series, before);
  });
}

function forgetName(series: Series, device: string, metric: string, deps: RenameDeps): Promise<void> {
  const { store, catalog, committer, live } = deps;
  return committer.exclusive(async () => {
    const names = series.device.ledHere?.get(series.metric) ?? [];
    if (!names.some((one) => one.device === device && one.metric === metric)) {
      const all = names.map((one) => `${one.device} ${one.metric}`).join(", ") || "it has none";
      throw new Refusal(
        "not_found",
        `${device} ${metric} is no other name of ${series.device.id} ${series.metric}: ${all}`,
      );
    }
    const leaving = catalog.findDevice(device)?.series.get(metric);
    if (leaving?.merging) {
      throw new Refusal(
        "conflict",
        `${device} ${metric} is becoming a part of ${series.device.id} ${series.metric}: wait until that is done`,
      );
    }
    try {
      await store.names.removeAlias(device, metric);
    } catch (error) {
      throw error instanceof StoreError ? new Refusal(error.code, error.message) : error;
    }
    catalog.removeLead(device, metric);
    live.seriesChanged(series);
  });
}

function requireFree(series: Series, metric: string, catalog: Catalog): void {
  const { device, metric: present } = series;
  if (series.merging)
    throw new Refusal(
      "conflict",
      `${device.id} ${present} is becoming a part of another series: wait until that is done`,
    );
  const living = device.series.get(metric);
  if (living?.refused) catalog.removeSeries(living);
  else if (living) {
    throw new Refusal("conflict", `${device.id} has a metric ${metric} already: choose another name for ${present}`);
  }
  const lead = device.leads?.get(metric);
  if (!lead || (lead.toDevice === device.id && lead.toMetric === present)) return;
  throw new Refusal(
    "conflict",
    `what ${device.id} sends as ${metric} is stored as ${lead.toDevice} ${lead.toMetric}: take that name away there first, or choose another one`,
  );
}

/** Renames in the catalog; the answer takes it back. */
function renamed(series: Series, metric: string, catalog: Catalog): () => void {
  const { device, metric: before } = series;
  const lead = device.leads?.get(metric);
  const own = device.metricsOwn.get(metric);
  catalog.rename(series, metric);
  return () => {
    catalog.rename(series, before);
    catalog.removeLead(device.id, metric);
    if (lead) catalog.lead(lead);
    if (own) describeMetric(device, metric, own);
  };
}

/** Whether the store knows it under that name: the answer alone may have been lost. */
async function isCalled(number: number, metric: string, store: Pick<TelemetryStore, "seriesState">): Promise<boolean> {
  const [state] = await store.seriesState([number]).catch(() => []);
  return state?.metric === metric;
}
