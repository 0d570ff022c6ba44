/** How long a connection is kept open for the next request of somebody whom the hub does not know. */
import type { ServerResponse } from "node:http";

/** Long enough for a page to load by one connection; each that waits holds one of the places at the door, ms. */
export const strangersKeepAliveMs = 5_000;

/**
 * Keeps the connection of an answer for a stranger's time, unless what this returns is called before the answer is written:
 * whoever asks without saying who they are could hold all places at the door by one request each.
 */
export function keepForStrangers(response: ServerResponse): () => void {
  const { socket } = response;
  if (socket === null || !response.shouldKeepAlive) return () => {};
  response.setHeader("Keep-Alive", `timeout=${strangersKeepAliveMs / 1_000}`);
  const shorten = () => {
    // Node has just set its own time, or none where more answers of this connection are on their way. It ends it with the next request.
    if ((socket.timeout ?? 0) > strangersKeepAliveMs) socket.setTimeout(strangersKeepAliveMs);
  };
  response.once("finish", shorten);
  return () => {
    response.off("finish", shorten);
    response.removeHeader("Keep-Alive");
  };
}
