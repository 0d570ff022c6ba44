/** The cookie by which a browser is known: no script reads it, and no other page sends it. */
import type { IncomingMessage } from "node:http";
import type { Arrival } from "./entrance.ts";
import { hostOf } from "./origin.ts";

export class SessionCookie {
  readonly #name: string;

  /** `epoch`: of the hub's data. Hubs at several ports of one machine share its cookies, and each must find its own. */
  constructor(epoch: string) {
    this.#name = `hub-session-${epoch.slice(0, 8)}`;
  }

  /**
   * What the cookie of a request holds. A page of another port of the same machine is the same site to a browser, which sends
   * the cookie along: what comes from there comes from nobody.
   */
  read({ headers }: IncomingMessage, { host }: Arrival): string | undefined {
    const { cookie, origin } = headers;
    if (cookie === undefined) return undefined;
    if (origin !== undefined && hostOf(origin) !== host?.toLowerCase()) return undefined;
    const site = headers["sec-fetch-site"];
    if (site !== undefined && site !== "same-origin" && site !== "none") return undefined;
    for (const pair of cookie.split(";")) {
      const at = pair.indexOf("=");
      const name = pair.slice(0, at).trim();
      if (name === this.#name || name === this.#secureName) return pair.slice(at + 1).trim();
    }
    return undefined;
  }

  /** The header that gives a browser its cookie for `forS` seconds. Over TLS it is bound to this host (`__Host-`), and never sent without. */
  set(value: string, forS: number, secure: boolean): string {
    const name = secure ? this.#secureName : this.#name;
    return `${name}=${value}; Path=/; Max-Age=${forS}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
  }

  /** The header that takes it away. */
  clear(secure: boolean): string {
    return this.set("", 0, secure);
  }

  get #secureName(): string {
    return `__Host-${this.#name}`;
  }
}
