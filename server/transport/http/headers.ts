/** Headers of every answer of the hub, pages included. */
import type { ServerResponse } from "node:http";

/**
 * What a page of the hub may do: run its own scripts, talk to its own hub, and nothing else. Inline styles are allowed
 * because Lit adds them where a browser lacks constructable style sheets, and charts set sizes in style attributes.
 */
export const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Sets the headers that every answer bears, before its own. */
export function setSafeHeaders(response: ServerResponse): void {
  response.setHeader("Content-Security-Policy", contentSecurityPolicy);
  response.setHeader("X-Content-Type-Options", "nosniff");
  response.setHeader("Referrer-Policy", "no-referrer");
  response.setHeader("X-Frame-Options", "DENY");
}
