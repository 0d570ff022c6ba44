/**
 * What a link says and hears, as plain types, so that the client stands by itself wherever it is copied to. The contract
 * is what the hub's schemas say; a test holds these types against it.
 */

/** A finite number, a boolean, or a text of at most 256 characters. */
export type Value = number | boolean | string;

/** A band of values and what it means; open at a missing end. */
export interface Zone {
  from?: number | undefined;
  to?: number | undefined;
  level: "ok" | "warn" | "alarm";
  label?: string | undefined;
}

export interface MetricMeta {
  unit?: string | undefined;
  label?: string | undefined;
  kind?: "gauge" | "counter" | "state" | undefined;
  min?: number | undefined;
  max?: number | undefined;
  /** Decimal places to show, 0 to 15. */
  decimals?: number | undefined;
  role?: "price" | "volume" | "bid" | "ask" | "lat" | "lon" | "battery" | undefined;
  /** Expected ms between readings; 0 = on event. */
  reportInterval?: number | undefined;
  /** At most 32. */
  zones?: Zone[] | undefined;
}

export interface CommandArgument {
  type: "number" | "boolean" | "string";
  min?: number | undefined;
  max?: number | undefined;
  options?: Value[] | undefined;
  label?: string | undefined;
}

export interface CommandMeta {
  label?: string | undefined;
  args?: Record<string, CommandArgument> | undefined;
}

/** What a device says of itself. What a person changed on the hub beats it. */
export interface DeviceMeta {
  name?: string | undefined;
  kind?: string | undefined;
  /** Expected ms between reports of the device; 0 = on event. */
  reportInterval?: number | undefined;
  /** Times may lie anywhere in the past. */
  historic?: boolean | undefined;
  metrics?: Record<string, MetricMeta> | undefined;
  commands?: Record<string, CommandMeta> | undefined;
  labels?: Record<string, string> | undefined;
}

/** A refusal of the hub. */
export interface ErrorMessage {
  type: "error";
  id?: number | undefined;
  seq?: number | undefined;
  /** Such as `storage_full`; the contract has the list. */
  code: string;
  /** What was wrong, and what is allowed. */
  message: string;
  /** True where the same message may succeed later, unchanged. */
  retryable: boolean;
  details?: Record<string, unknown> | undefined;
}

/** The part of a `welcome` that a link reads. */
export interface Welcome {
  type: "welcome";
  /** Highest decided sequence number of the session; 0: none. */
  lastSeq: number;
  /** Changes where the hub's database is another one. */
  epoch: string;
  /** ms between heartbeats of the hub. */
  heartbeat: number;
  limits: { readingsPerFrame: number; frameBytes: number };
}

/** A reading refused by name. `index`: its place in the frame's `readings` (of `samples`: in `times`). */
export interface Rejection {
  seq?: number | undefined;
  index: number;
  metric: string;
  device?: string | undefined;
  code: string;
  message: string;
}

/** Everything up to `seq` is decided: committed to disk, or refused by name for good. */
export interface Ack {
  type: "ack";
  seq?: number | undefined;
  id?: number | undefined;
  stored?: number | undefined;
  /** The first 100. */
  rejected?: Rejection[] | undefined;
  rejectedCount?: number | undefined;
  warnings?: string[] | undefined;
}

export type FromHub = Welcome | Ack | ErrorMessage | { type: "pong" };
