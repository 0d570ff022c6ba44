/** The systems that most parts measure, in the order in which they take turns. */
import type { Context } from "../part.ts";
import { bareSystem, tableSystem } from "./obvious.ts";
import { rivals } from "./rivals.ts";
import type { System } from "./system.ts";

export const tableFull = tableSystem("FULL");
const tableNormal = tableSystem("NORMAL");

/** Those that keep what they take. */
export function storing({ hubs, rivals }: Context): System[] {
  return [...hubs, tableFull, tableNormal, ...rivals];
}

/** All of them, with the ceiling. */
export function everySystem(context: Context): System[] {
  return [...storing(context), bareSystem];
}

/** What the hub is set in relation to where storing systems are compared. */
export const storingNames: readonly string[] = [tableFull, tableNormal, ...rivals].map(({ name }) => name);
