/** What the simulator says to the person who started it. */
import type { FleetTotals } from "./fleet.ts";
import type { Source } from "./profiles.ts";

const number = new Intl.NumberFormat("en-US");

function count(amount: number, noun: string): string {
  return `${number.format(amount)} ${noun}${amount === 1 ? "" : "s"}`;
}

/** `4 greenhouses, 2 weather stations and 1 ticker`, in the order of their first ones. */
function countedSources(sources: readonly Source[]): string {
  const counts = new Map<string, number>();
  for (const { profile } of sources) counts.set(profile.noun, (counts.get(profile.noun) ?? 0) + 1);
  const parts = [...counts].map(([noun, amount]) => count(amount, noun));
  const last = parts.pop() ?? "nothing";
  return parts.length === 0 ? last : `${parts.join(", ")} and ${last}`;
}

export function firstLine(sources: readonly Source[], { url, seed }: { url: string; seed: string }): string {
  return `Simulating ${countedSources(sources)} (seed ${seed}) for ${url}. Ctrl-C stops.`;
}

/** Where this computer is reported, and nothing simulated. */
export function selfLine(url: string): string {
  return `Reporting this computer to ${url}. Ctrl-C stops.`;
}

/** `perSecond`: readings acknowledged each second since the last line. */
export function liveLine(totals: FleetTotals, perSecond: number): string {
  return [
    `${totals.open} of ${totals.links} connected${totals.asleep > 0 ? `, ${totals.asleep} asleep` : ""}`,
    ...(totals.past < 1 ? [`past ${Math.floor(totals.past * 100)} %`] : []),
    `${number.format(totals.sent)} sent`,
    `${number.format(totals.stored)} acknowledged`,
    `${number.format(totals.rejected)} rejected`,
    ...(totals.pending > 0 ? [`${number.format(totals.pending)} waiting`] : []),
    ...(totals.dropped > 0 ? [`${number.format(totals.dropped)} dropped`] : []),
    `${number.format(Math.round(perSecond))}/s`,
  ].join(" · ");
}

/** Said once, where the past was asked for and is in. */
export function pastLine(stored: number, tookMs: number): string {
  const perSecond = Math.round((stored * 1_000) / Math.max(1, tookMs));
  return `The past is in: ${count(stored, "reading")} in ${(tookMs / 1_000).toFixed(1)} s (${number.format(perSecond)}/s).`;
}

export function lastLine(totals: FleetTotals): string {
  const undecided = totals.pending > 0 ? `, ${number.format(totals.pending)} not acknowledged` : "";
  const dropped = totals.dropped > 0 ? `, ${number.format(totals.dropped)} dropped` : "";
  const resent = totals.resent > 0 ? `, ${number.format(totals.resent)} sent again after a cut` : "";
  return `${number.format(totals.sent)} sent, ${number.format(totals.stored)} acknowledged, ${number.format(totals.rejected)} rejected${undecided}${dropped}${resent}.`;
}

/** `reason` as the WebSocket tells it: a server that answers something else than a socket is there, and may be no hub. */
export function unreachable(url: string, reason: string): string {
  if (/unexpected server response/i.test(reason))
    return `What answers at ${url} takes no sockets there (${reason}): a hub takes them at /ws. Trying again by itself.`;
  if (/; come again in \d+ s$/.test(reason))
    return `The hub at ${url} lets this machine in later: ${reason}. Trying again by itself.`;
  return `No hub answers at ${url} (${reason}): start one with npm start. Trying again by itself.`;
}

/** The hub lets nobody in with the token that the fleet has, or without one. */
export function turnedAway(url: string, withToken: boolean): string {
  return withToken
    ? `The hub at ${url} does not know this token: give another, made on its page under Access.`
    : `The hub at ${url} asks for a token: give one as --token, or in HUB_TOKEN. Tokens are made on its page, under Access.`;
}
