/** What a device's connection may be in, one at a time. */
import type { DeviceMessage } from "../../protocol/device.ts";
import type { Device } from "../catalog.ts";
import type { SequenceSpace } from "../ingest/sequence.ts";
import type { Said } from "./metadata.ts";
import type { PresenceConnection } from "./presence.ts";

/** Message and size: what waits while a connection is being greeted. */
export type Waiting = readonly [message: DeviceMessage, bytes: number];

/** With what its hello said. */
interface Identified extends Said {
  readonly state: "identified";
  readonly device: Device;
  readonly space: SequenceSpace;
  readonly presence: PresenceConnection;
}

/** Whose a device's connection is. */
export type SessionState =
  | { readonly state: "anonymous" }
  | { readonly state: "greeting"; readonly device: string; readonly waiting: Waiting[] }
  | Identified
  | { readonly state: "ended"; readonly space: SequenceSpace | undefined };
