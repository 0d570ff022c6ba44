/** What the connection of a device needs of the hub. */
import type { Clock, Log } from "../../ports.ts";
import type { Limits } from "../../protocol/limits.ts";
import type { Arrivals } from "../arrivals.ts";
import type { Catalog, Device } from "../catalog.ts";
import type { Committer } from "../ingest/committer.ts";
import type { Ingest } from "../ingest/ingest.ts";
import type { SequenceSpaces } from "../ingest/sequence.ts";
import type { Presence } from "./presence.ts";

/** `Session`: what speaks for a device. */
export interface SessionDeps<Session> {
  readonly catalog: Catalog;
  readonly committer: Committer;
  readonly ingest: Ingest;
  readonly spaces: SequenceSpaces;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Log;
  readonly epoch: string;
  /** The session that speaks for a device now. */
  readonly sessions: Map<string, Session>;
  readonly presence: Pick<Presence, "connected">;
  readonly arrivals: Pick<Arrivals, "noted" | "refused">;
  /** Something that a device said of itself or of one behind it was new. */
  readonly onDescribed: (device: Device) => void;
  /** Its clock was found to be wrong, or right again. */
  readonly onSkewed: (device: Device) => void;
  /** `gateway` speaks for `device`. */
  readonly onSpokenFor: (device: Device, gateway: Device | undefined) => void;
  readonly onAcked: (ms: number) => void;
}
