/** In which unit a chart tells what the hub counted: kWh of W. */
import type { ExploreWay } from "./explore-view.ts";

/** What the hub's figures are multiplied by to be told in a unit. */
export interface ShownUnit {
  readonly unit: string | undefined;
  readonly factor: number;
}

const perHour: Readonly<Record<string, ShownUnit>> = {
  W: { unit: "kWh", factor: 1e-3 },
  VA: { unit: "kVAh", factor: 1e-3 },
  ...Object.fromEntries(
    ["mW", "kW", "MW", "GW", "kVA", "A", "mA"].map((unit) => [unit, { unit: `${unit}h`, factor: 1 }]),
  ),
};
const hours: Readonly<Record<string, number>> = { h: 1, min: 60, s: 3_600 };

/** The unit of what is drawn: kWh of W, W of the rate of Wh, litres of l/min. The hub counts rates by the second, integrals by the hour. */
export function shownUnit(way: ExploreWay, unit: string | undefined): ShownUnit {
  if (way === "integral") {
    const power = perHour[unit ?? ""];
    if (power) return power;
    const [, of, span = ""] = /^(.+)\/(h|min|s)$/.exec(unit ?? "") ?? [];
    if (of !== undefined) return { unit: of, factor: hours[span] ?? 1 };
    return { unit: unit ? `${unit}·h` : "h", factor: 1 };
  }
  if (way === "rate") {
    const energy = /^([mkMG]?(?:W|VA))h$/.exec(unit ?? "")?.[1];
    if (energy) return { unit: energy, factor: 3_600 };
    return { unit: unit ? `${unit.includes("/") ? `(${unit})` : unit}/s` : "1/s", factor: 1 };
  }
  return { unit, factor: 1 };
}
