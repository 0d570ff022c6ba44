/** Headers of every answer of the hub, pages included. */
import type { IncomingMessage, ServerResponse } from "node:http";

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

/** Lets a page of another, allowed origin read the answer. Whether it is allowed was judged before. */
export function allowPage(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader("Access-Control-Allow-Origin", origin);
  response.setHeader("Vary", "Origin");
}

/** Answers OPTIONS: the methods of a route, and to a browser that asks before it sends JSON, that it may. */
export function writeOptions(response: ServerResponse, methods: string): void {
  response.writeHead(204, {
    Allow: methods,
    "Access-Control-Allow-Methods": methods,
    "Access-Control-Allow-Headers": "content-type, authorization",
    "Access-Control-Max-Age": "600",
  });
  response.end();
}
