/** What a connection is told when it says who it is, and why it may not be that. */
import type { Clock } from "../../ports.ts";
import type { Describe, DeviceHello, DeviceWelcome } from "../../protocol/device.ts";
import { Refusal } from "../../protocol/errors.ts";
import { type Limits, limitText } from "../../protocol/limits.ts";
import { StoreError } from "../../store/store.ts";
import type { Voice } from "../access/principal.ts";
import type { Catalog, Device } from "../catalog.ts";
import type { Committer } from "../ingest/committer.ts";
import { deviceLimitProblem, foreignProblem } from "../ingest/refusals.ts";
import { describedMetrics } from "./metadata.ts";

/** Why a device can't be introduced with this by who speaks with that voice; undefined where it can. */
export function introductionProblem(
  said: DeviceHello | Describe,
  voice: Voice,
  { catalog, limits }: { readonly catalog: Catalog; readonly limits: Limits },
): Refusal | undefined {
  const foreign = foreignIntroduction(said, voice);
  if (foreign) return foreign;
  const about = "id" in said ? { id: said.id } : {};
  const known = catalog.findDevice(said.device);
  const full = known ? undefined : deviceLimitProblem(catalog.deviceCount, limits);
  if (full) return new Refusal(full.code, full.message, undefined, about);
  const count = describedMetrics(known, said);
  if (count <= limits.metricsPerDevice) return undefined;
  const limit = limitText("metricsPerDevice", limits.metricsPerDevice);
  return new Refusal("not_allowed", `${said.device} would have ${count} metrics: ${limit}`, undefined, about);
}

/** Of who says what it may not say; undefined where it speaks for that device. */
function foreignIntroduction(said: DeviceHello | Describe, voice: Voice): Refusal | undefined {
  if (voice.speaksFor?.(said.device) !== false) return undefined;
  const about = "id" in said ? { id: said.id } : {};
  return new Refusal("not_allowed", foreignProblem(said.device, voice).message, undefined, about);
}

/** The device by that id, made and noted for the disk if it is new. */
export function introduced(
  id: string,
  { catalog, clock, committer }: { readonly catalog: Catalog; readonly clock: Clock; readonly committer: Committer },
): Device {
  const known = catalog.findDevice(id);
  if (known) return known;
  const device = catalog.device(id, clock.now());
  committer.open.addDevice(device);
  committer.touch();
  return device;
}

export function alreadyIdentified(device: string): Refusal {
  return new Refusal(
    "already_identified",
    `this connection said hello as ${device} before; once is enough. What is new of it or of devices behind it goes in describe`,
  );
}

/** A page without an origin may be anybody's: it takes no device away from the connection that it has. */
export function noTakeOver(device: string): Refusal {
  return new Refusal(
    "not_allowed",
    `${device} is connected, and a page without an origin (a file, a sandboxed frame) can't take it over: choose another device`,
  );
}

/** Of a hello that could not be answered now. */
export function helloFailed(error: unknown): Refusal {
  const [code, reason] =
    error instanceof StoreError ? [error.code, error.message] : (["internal", "The hub's log says more."] as const);
  return new Refusal(code, `hello failed for now. ${reason} Send hello again, then what follows it`);
}

/** Of a message that needs a hello: none came, or it `failed` for now, and then this fails for now, too. */
export function helloRequired(
  { type, id, seq }: { type: string; id?: number | undefined; seq?: number | undefined },
  failed: Refusal | undefined,
): Refusal {
  const about = { id, seq };
  if (failed) return new Refusal(failed.code, failed.message, undefined, about);
  return new Refusal(
    "hello_required",
    `${type} needs a hello before it: send {"type":"hello","device":"my-sensor"} first. A single reading needs none: {"type":"reading","device":"my-sensor","metric":"temperature","value":21.5}`,
    undefined,
    about,
  );
}

export function welcomeOf(
  device: string,
  lastSeq: number,
  hub: { readonly hubTime: number; readonly epoch: string; readonly limits: Limits },
): DeviceWelcome {
  const { hubTime, epoch, limits } = hub;
  return {
    type: "welcome",
    device,
    protocol: 1,
    lastSeq,
    hubTime,
    epoch,
    heartbeat: limits.pingMs,
    durability: "fsync",
    limits,
  };
}
