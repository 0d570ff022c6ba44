/** What the load generator is told to do, and what it tells. */
import type { Shape } from "./frames.ts";
import type { Latencies } from "./latencies.ts";
import type { Route } from "./systems/system.ts";

/** What is to be sent; the same words give the same readings to every system of one run. */
export interface Traffic {
  readonly shape: Shape;
  readonly devices: number;
  /** Frames at hand for each device. */
  readonly frames: number;
}

export type Order =
  /** Encode, connect, say hello. */
  | { readonly do: "open"; readonly port: number; readonly route: Route; readonly traffic: Traffic }
  /** Let so many viewers watch the first device: all of it, or so many of the devices behind it each, by chance. What it sent before is none of theirs. */
  | {
      readonly do: "watch";
      readonly port: number;
      readonly viewers: number;
      readonly shape: Shape;
      readonly seriesEach?: number;
    }
  /** Let one viewer watch everything, before a device sends something; so many readings are in a frame. */
  | { readonly do: "watch all"; readonly port: number; readonly readings: number }
  /** Saturate: each device `window` frames ahead, for `forMs` or up to this `share` of its frames. */
  | { readonly do: "flood"; readonly forMs: number; readonly window: number; readonly share: number }
  /** The same with one device, `window` frames ahead of the slowest viewer. */
  | { readonly do: "flood viewers"; readonly forMs: number; readonly window: number; readonly share: number }
  /** One device, one frame at a time. */
  | { readonly do: "ping-pong"; readonly frames: number }
  /** All devices in turn, so many frames a second together, whatever the server does. */
  | { readonly do: "pace"; readonly frames: number; readonly perSecond: number }
  /** The same with one device and its viewers. */
  | { readonly do: "pace viewers"; readonly frames: number; readonly perSecond: number }
  /** What is sent from here on is what `sum up` tells of. */
  | { readonly do: "mark" }
  | { readonly do: "sum up" }
  /** All viewers leave. */
  | { readonly do: "unwatch" }
  | { readonly do: "close" };

/** What came of an order. */
export interface Outcome {
  /** Frames sent and decided; with viewers, sent and seen by all of them. */
  readonly frames: number;
  readonly ms: number;
  /** From sending a frame to its acknowledgement or, with viewers, to seeing it, ms. */
  readonly latencyMs: Latencies;
  /** From sending a frame to the viewer of everything, ms; where there is one. */
  readonly seenMs?: Latencies;
  /** Frames that all viewers together were sent, and readings in them. */
  readonly updates: number;
  readonly shown: number;
  /** CPU that this process took, as a share of one core: near 1 the load was the limit. */
  readonly busy: number;
}
