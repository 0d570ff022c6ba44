/** A hub that a proxy serves at a path of its own, `/hub`, and does not take that away. Everything is found with it and without. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setSafeHeaders } from "./http/headers.ts";

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Takes the path away from requests that have it; `basePath` as the setting has it, without a slash at its end. */
export function stripBasePath(request: IncomingMessage, basePath: string): void {
  if (basePath === "") return;
  // Some proxies write the whole address.
  const target = (request.url ?? "/").replace(/^https?:\/\/[^/]*/i, "");
  const rest = target.slice(basePath.length);
  if (target.startsWith(basePath) && /^(?:[/?]|$)/.test(rest)) request.url = rest.startsWith("/") ? rest : `/${rest}`;
}

/**
 * A listener of requests with the path or without. Without its last slash the page is sent on to where it has one: all that
 * it loads is relative to its own address.
 */
export function belowBasePath(basePath: string, listener: Listener): Listener {
  if (basePath === "") return listener;
  return (request, response) => {
    const [path = "", query] = (request.url ?? "").split("?", 2);
    if (path === basePath && (request.method === "GET" || request.method === "HEAD")) {
      setSafeHeaders(response);
      // Only what the settings say: nothing that a visitor wrote decides where he is sent.
      response.writeHead(307, { Location: `${basePath}/${query === undefined ? "" : `?${query}`}` }).end();
      return;
    }
    stripBasePath(request, basePath);
    listener(request, response);
  };
}
