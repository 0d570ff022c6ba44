/** A folder, senders and hub processes for one experiment, taken away together. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SenderFleet } from "./fleet.ts";
import { HubProcess, type HubProcessOptions } from "./hub-process.ts";

export class ChaosWorld {
  readonly folder = mkdtempSync(join(process.env.HUB_TEST_FOLDER ?? tmpdir(), "hub-chaos-"));
  readonly data = join(this.folder, "data");
  readonly fleet = new SenderFleet(join(this.folder, "sent.jsonl"));
  #hubs: HubProcess[] = [];

  startHub(options: Partial<HubProcessOptions> = {}): HubProcess {
    const hub = new HubProcess({ data: this.data, ...options });
    this.#hubs.push(hub);
    return hub;
  }

  /** Puts the data on a disk of its own of `size` (`48m`); answers the wrapper that a hub needs to see it. Needs `unshare`. */
  smallDisk(size: string): string[] {
    mkdirSync(this.data, { recursive: true });
    return ["unshare", "-Urm", "sh", "-c", `mount -t tmpfs -o size=${size} tmpfs "$0" && exec "$@"`, this.data];
  }

  /** Kills what still runs and removes the folder. */
  async end(): Promise<void> {
    this.fleet.disconnect();
    await Promise.all(this.#hubs.splice(0).map((hub) => hub.kill()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whether a program is on the path. */
export function has(program: string): boolean {
  try {
    execFileSync("which", [program], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A child process ends by itself only when it is told to: an experiment waits this long for a moment, not for a result. */
export const moment = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));
