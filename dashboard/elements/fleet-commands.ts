/** The choices of the fleet in words, and as commands of the palette. */
import type { Command } from "../client/commands.ts";
import { sparkSpanKeys } from "../data/spark-trace.ts";
import { texts } from "../texts/index.ts";
import {
  type FleetChoice,
  type FleetGrouping,
  type FleetState,
  fleetLooks,
  fleetSorts,
  fleetStates,
} from "./fleet-choice.ts";
import { icons } from "./icons.ts";

/** A state as it is said of a device: `in alarm`, `offline`. */
export function fleetStateName(state: FleetState): string {
  if (state === "all") return texts.list.all;
  return state === "trouble" || state === "alarm" || state === "warn" ? texts.standing[state] : texts.presence[state];
}

/** By what the devices can be grouped. `labelKeys`: of the labels that they have. */
export function groupings({ group }: FleetChoice, labelKeys: readonly string[]): [FleetGrouping, string][] {
  const { none, kind, gateway, label } = texts.fleet.groups;
  const keys = new Set(labelKeys);
  // An address may name a label that no device has any more.
  if (group.startsWith("label:")) keys.add(group.slice("label:".length));
  return [
    ["none", none],
    ["kind", kind],
    ["gateway", gateway],
    ...[...keys].map((key): [FleetGrouping, string] => [`label:${key}`, label(key)]),
  ];
}

/** Everything that can be chosen and is not. */
export function fleetCommands(
  choice: FleetChoice,
  labelKeys: readonly string[],
  choose: (part: Partial<FleetChoice>) => void,
): Command[] {
  const commands = <Key extends string>(
    name: "state" | "group" | "sort" | "look" | "span",
    what: string,
    options: readonly (readonly [Key, string])[],
  ): Command[] =>
    options
      .filter(([key]) => key !== choice[name])
      .map(([key, how]) => ({
        id: `fleet:${name}:${key}`,
        title: texts.fleet.command(what, how),
        icon: icons.devices,
        run: () => choose({ [name]: key, ...(name === "group" ? { closed: [] } : {}) }),
      }));
  const { fleet, list, range } = texts;
  return [
    ...commands(
      "state",
      list.filter,
      fleetStates.map((state) => [state, fleetStateName(state)]),
    ),
    ...commands(
      "sort",
      list.sort,
      fleetSorts.map((sort) => [sort, fleet.sorts[sort]]),
    ),
    ...commands("group", fleet.group, groupings(choice, labelKeys)),
    ...commands(
      "look",
      fleet.look,
      fleetLooks.map((look) => [look, fleet.looks[look]]),
    ),
    ...commands(
      "span",
      fleet.span,
      sparkSpanKeys.map((span) => [span, range.names[span]]),
    ),
  ];
}
