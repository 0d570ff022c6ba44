/** What stands behind the flags of the simulator's command lines: each reader refuses with what it expected. */
import { InvalidArgumentError } from "commander";
import { parseDuration } from "../server/protocol/index.ts";

/** Also takes the address of the hub's page, which is what people have at hand. */
export function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^(ws|http)s?:$/.test(url.protocol)) {
    url.protocol = url.protocol.replace("http", "ws");
    if (url.pathname === "/") url.pathname = "/ws";
    return url.href;
  }
  throw new InvalidArgumentError("Expected a WebSocket address such as ws://localhost:8080/ws.");
}

export function readToken(text: string): string {
  const token = text.trim();
  if (token !== "") return token;
  throw new InvalidArgumentError("Expected the token that the hub printed.");
}

/** Reads a whole number from `least` to `most`. */
export function readCount(least: number, most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (/^\d+$/.test(text) && count >= least && count <= most) return count;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

/** Answers in ms. */
export function readDuration(text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs !== undefined) return durationMs;
  throw new InvalidArgumentError("Expected a duration such as 30s, 5m, 1h or 30d.");
}
