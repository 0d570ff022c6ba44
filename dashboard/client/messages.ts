/** Reading what the hub sends. The page trusts its hub's shapes but not a proxy's error page: the envelope is checked. */
import type { HubToViewer } from "../../server/protocol/index.ts";

/** Every message a viewer may get. Complete by its type: a new message does not compile until it stands here. */
const known: Readonly<Record<HubToViewer["type"], true>> = {
  welcome: true,
  subscribed: true,
  devices: true,
  series: true,
  history: true,
  ready: true,
  update: true,
  result: true,
  pong: true,
  error: true,
};

/** The message in a frame; undefined where it is not JSON, or of a type that this page does not know. */
export function readMessage(text: string): HubToViewer | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null || !("type" in parsed)) return undefined;
  return typeof parsed.type === "string" && Object.hasOwn(known, parsed.type) ? (parsed as HubToViewer) : undefined;
}
