/** Files to be imported, and imports in this process. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { HubDoor } from "../../../server/tools/import/hub-door.ts";
import { type ImportOptions, type ImportState, importFile } from "../../../server/tools/import/import.ts";
import type { Trouble } from "../../../server/tools/import/troubles.ts";
import type { TestHub } from "../../support/start-hub.ts";

/** Writes files into a folder that goes with the test; gives their paths. */
export function filesOfTest(): (name: string, content: string | Uint8Array) => string {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return (name, content) => {
    const folder = mkdtempSync(join(tmpdir(), "hub-import-"));
    folders.push(folder);
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
}

export interface Imported {
  readonly state: ImportState;
  readonly troubles: readonly Trouble[];
  readonly words: string;
  readonly otherEncoding: boolean;
}

/** `stopAtBlock`: ends early, as by Ctrl-C, once so many pieces of the file are decided. */
export async function imported(
  hub: Pick<TestHub, "url">,
  path: string,
  options: ImportOptions = {},
  stopAtBlock = Number.POSITIVE_INFINITY,
): Promise<Imported> {
  const ending = new AbortController();
  const { signal } = ending;
  const troubles: Trouble[] = [];
  let words = "";
  let otherEncoding = false;
  const door = new HubDoor({ url: hub.url, signal, onTrouble: () => {} });
  const state = await importFile(path, door, options, signal, {
    onFound: (found) => {
      words = found;
    },
    onProgress: ({ block }) => {
      if (block >= stopAtBlock) ending.abort();
    },
    onTrouble: (trouble) => troubles.push(trouble),
    onOtherEncoding: () => {
      otherEncoding = true;
    },
  });
  return { state, troubles, words, otherEncoding };
}

/** The list of rows that were refused, or undefined where there is none. */
export function refusedList(path: string): string | undefined {
  const list = `${path}.import-refused.csv`;
  return existsSync(list) ? readFileSync(list, "utf8") : undefined;
}

/** Everything that a hub has, as `[time, value]` under `device metric`. */
export async function everything(hub: TestHub): Promise<Record<string, [number, unknown][]>> {
  const all: Record<string, [number, unknown][]> = {};
  const { body } = await hub.http("GET", "series");
  for (const { device, metric } of body.series) all[`${device} ${metric}`] = await hub.readings(device, metric);
  return all;
}
