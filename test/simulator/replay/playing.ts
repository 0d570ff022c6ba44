/** Files to be played, and players that end with the test. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { WebSocket } from "ws";
import type { FleetTotals } from "../../../simulator/fleet.ts";
import { Player, type PlayerOptions } from "../../../simulator/replay/player.ts";
import { Recording, type RecordingOptions } from "../../../simulator/replay/recording.ts";
import type { TestHub } from "../../support/start-hub.ts";

export function socketUrl(hub: TestHub): string {
  return `${hub.url.replace("http", "ws")}/ws`;
}

/** Plays all of a recording, and ends once the hub has decided every reading. */
export async function played(
  hub: TestHub,
  recording: Recording,
  options: Partial<PlayerOptions> = {},
): Promise<FleetTotals> {
  let player: Player | undefined;
  await new Promise<void>((resolve, reject) => {
    const onEnd = (trouble?: Error) => (trouble ? reject(trouble) : resolve());
    player = new Player(recording, { url: socketUrl(hub), WebSocket, speed: "max", onEnd, ...options });
  }).finally(() => player?.close());
  return (player as Player).totals;
}

/** Opens and plays a file. */
export async function playedFile(hub: TestHub, path: string, options: RecordingOptions = {}): Promise<FleetTotals> {
  return played(hub, await Recording.open(path, options));
}

/** Why a file is refused. */
export async function refusalOf(path: string, options: RecordingOptions = {}): Promise<string> {
  const opened = await Recording.open(path, options).catch((error: Error) => error.message);
  if (typeof opened === "string") return opened;
  throw new Error(`${path} was not refused: ${JSON.stringify(opened.contents)}`);
}

/** A folder for the files of a test. */
export function filesOfTest(): (name: string, text: string | Uint8Array) => string {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return (name, text) => {
    const folder = mkdtempSync(join(tmpdir(), "replay-"));
    folders.push(folder);
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
}

/** All that a hub holds, as `device metric` → `[time, value]`s in rising time. */
export async function everything(hub: TestHub): Promise<Record<string, [number, unknown][]>> {
  const { series } = (await hub.http("GET", "series?limit=1000")).body;
  const all: Record<string, [number, unknown][]> = {};
  for (const { device, metric } of series as { device: string; metric: string }[])
    all[`${device} ${metric}`] = await hub.readings(device, metric);
  return all;
}
