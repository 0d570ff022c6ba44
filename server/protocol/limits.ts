/** Every limit of the wire, a setting each; told in `welcome.limits`. */
import { z } from "zod";

export const limits = z.object({
  /** Largest frame a device or viewer may send, bytes. Beyond it the socket is closed with 1009. */
  frameBytes: z
    .int()
    .min(1024)
    .max(64 * 1024 * 1024)
    .default(512 * 1024),
  /** Most readings in one frame. */
  readingsPerFrame: z.int().min(1).max(1_000_000).default(5_000),
  /** Deepest nesting of a frame. */
  depth: z.int().min(4).max(64).default(16),
  /** Most metrics one device may have. */
  metricsPerDevice: z.int().min(1).max(1_000_000).default(1_000),
  /** Most series in the hub. */
  series: z.int().min(1).max(4_000_000_000).default(1_000_000),
  /** Most readings of one device that were refused for their time and are kept until somebody decides; the oldest go. */
  quarantine: z.int().min(0).max(1_000_000).default(1_000),
  /** Most of all devices together. */
  quarantineTotal: z.int().min(0).max(10_000_000).default(100_000),
  /** Most masks of one series: each question about it looks at them. */
  masksPerSeries: z.int().min(1).max(100_000).default(1_000),
  /** Most frames of one socket that are neither stored nor refused yet; beyond it the hub stops reading the socket. */
  undecidedFrames: z.int().min(1).default(1_024),
  /** Most undecided bytes of one socket. */
  undecidedBytes: z
    .int()
    .min(1024)
    .default(4 * 1024 * 1024),
  /** Most undecided bytes of all sockets together. */
  undecidedBytesTotal: z
    .int()
    .min(1024)
    .default(256 * 1024 * 1024),
  /** What one sender gets of the time in which the hub reads beside others that send far less, percent; 100: as much as it takes. */
  senderShare: z.int().min(1).max(100).default(10),
  /** Most frames and requests of one sender in a second; 0: as many as come. */
  framesPerSecond: z.int().min(0).max(1_000_000).default(0),
  /** Where ten connections of an address ended for unreadable frames in a second, its next ones are read so much later, up to twice as much, ms; 0: at once. */
  unreadablePauseMs: z.int().min(0).max(60_000).default(1_000),
  /** Time for the first message where sign-in is needed, ms. */
  firstMessageMs: z.int().min(100).default(10_000),
  /** The hub pings each socket this often, ms. */
  pingMs: z.int().min(100).default(25_000),
  /** A socket that does not answer a ping within this time is closed with 4408, ms. */
  pongMs: z.int().min(100).default(10_000),
  /** Most pings and pongs of one socket in a second, as WebSockets have them; more close it with 1008. */
  pingsPerSecond: z.int().min(2).max(1_000_000).default(20),
});
export type Limits = z.infer<typeof limits>;
export const defaultLimits: Limits = limits.parse({});

/** What each limit bounds, for whoever sets it. */
export const limitHelp: Readonly<Record<keyof Limits, string>> = {
  frameBytes: "largest frame a device or viewer may send, bytes; a larger one closes the socket with 1009",
  readingsPerFrame: "most readings in one frame",
  depth: "deepest nesting of a frame",
  metricsPerDevice: "most metrics of one device",
  series: "most series in the hub",
  quarantine: "most readings of one device that were refused for their time and wait for a decision; the oldest go",
  quarantineTotal: "most such readings of all devices together",
  masksPerSeries: "most hidden ranges of one series",
  undecidedFrames: "most frames of one socket that wait for the disk; beyond it the hub stops reading that socket",
  undecidedBytes: "most bytes of one socket that wait for the disk",
  undecidedBytesTotal: "most bytes of all sockets that wait for the disk",
  senderShare:
    "percent of the hub's time that one sender gets beside others that send far less; it is read more slowly beyond; 100: no bound",
  framesPerSecond: "most frames and posts of one sender in a second; it is read more slowly beyond; 0: no bound",
  unreadablePauseMs:
    "pause before connections are read of an address of which ten ended for unreadable frames in a second, up to twice as long, ms",
  firstMessageMs: "time for the first message where sign-in is needed, ms",
  pingMs: "time between two pings of a socket, ms",
  pongMs: "time to answer a ping, ms; a socket that is later is closed with 4408",
  pingsPerSecond: "most pings and pongs of one socket in a second; more close it with 1008",
};

/** A limit as a refusal names it: its name, its present value, and the flag that sets it. */
export function limitText(name: keyof Limits, limit: number): string {
  const flag = name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
  return `the limit ${name} is ${limit} (setting --limit-${flag})`;
}
