/** Settings of the door: how many may come in at once, and how fast. A flag and a variable each, as every limit has. */
import { z } from "zod";

export const door = z.object({
  /** Most connections at once, of devices, viewers and requests together. */
  connections: z.int().min(1).max(1_000_000).default(15_000),
  /** Most connections of one address at once: a home or a factory behind a router is one, and so is an IPv6 network (/64). */
  connectionsPerAddress: z.int().min(1).max(1_000_000).default(5_000),
  /** Connections that are accepted in a second, all together. */
  acceptsPerSecond: z.int().min(1).max(1_000_000).default(1_000),
  /** Connections that are accepted at once after a rest. */
  acceptsBurst: z.int().min(1).max(1_000_000).default(2_000),
  /** Connections that one address may open in a second. */
  attemptsPerAddress: z.int().min(1).max(1_000_000).default(200),
  /** Connections that one address may open at once after a rest. */
  attemptsBurst: z.int().min(1).max(1_000_000).default(2_000),
});
export type DoorLimits = z.infer<typeof door>;
export const defaultDoor: DoorLimits = door.parse({});

export const doorHelp: Readonly<Record<keyof DoorLimits, string>> = {
  connections: "most connections at once; beyond it 503, and less where the system lets the hub open fewer files",
  connectionsPerAddress:
    "most connections of one address (IPv6: of one /64 network), or requests of it that a proxy hands on at once; beyond it 429; not of loopback",
  acceptsPerSecond: "connections accepted in a second, all together; beyond it 503",
  acceptsBurst: "connections accepted at once after a rest",
  attemptsPerAddress:
    "connections that one address may open in a second, or requests of who is not known there that a proxy hands on; beyond it 429; not of loopback",
  attemptsBurst: "connections that one address may open at once after a rest",
};

/** A limit of the door as a refusal names it: its name, its present value, and the flag that sets it. */
export function doorLimitText(name: keyof DoorLimits, limit: number): string {
  return `the limit ${name} is ${limit} (setting ${doorFlag(name)})`;
}

export function doorFlag(name: keyof DoorLimits): string {
  return `--limit-${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
}
