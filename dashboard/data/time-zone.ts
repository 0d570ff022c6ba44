/** Whose clock face times are shown with: this device's zone, or the hub's; kept in the browser. */
import { keep, kept } from "../client/kept.ts";

export const zoneChoices = ["local", "hub"] as const;
export type ZoneChoice = (typeof zoneChoices)[number];

const listeners = new Set<() => void>();
let choice: ZoneChoice = zoneChoices.find((each) => each === kept("time-zone")) ?? "local";
let hubZone: string | undefined;

/** How long this device's zone is taken to stay the same, ms: to ask for it costs as much as a curve, and axes want it at each tick. */
const localZoneMs = 60_000;
let localZone = "";
let localZoneAtMs = Number.NEGATIVE_INFINITY;

function zoneOfDevice(): string {
  const nowMs = performance.now();
  if (nowMs - localZoneAtMs > localZoneMs) {
    localZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    localZoneAtMs = nowMs;
  }
  return localZone;
}

export const timeZone = {
  get choice(): ZoneChoice {
    return choice;
  },

  /** The hub's zone (IANA), once it was told and where this browser knows it. */
  get hub(): string | undefined {
    return hubZone;
  },

  /** The zone (IANA) that times are shown in. */
  get shown(): string {
    return (choice === "hub" ? hubZone : undefined) ?? zoneOfDevice();
  },

  choose(next: ZoneChoice): void {
    choice = next;
    keep("time-zone", next);
    tell();
  },

  /** Takes what the hub said of its zone; one that this browser does not know is passed over. */
  hubIs(zone: string): void {
    if (zone === hubZone || !isKnownZone(zone)) return;
    hubZone = zone;
    tell();
  },

  /** Calls after each change of what is shown. Returns how to end it. */
  listen(call: () => void): () => void {
    listeners.add(call);
    return () => listeners.delete(call);
  },
};

function tell(): void {
  for (const call of [...listeners]) call();
}

/** Whether this browser knows a zone (IANA). */
export function isKnownZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}
