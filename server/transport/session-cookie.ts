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
  read({ headers }: IncomingMessage, { host, secure }: Arrival): string | undefined {
    const { cookie, origin } = headers;
    if (cookie === undefined) return undefined;
    if (origin !== undefined && hostOf(origin) !== host?.toLowerCase()) return undefined;
    const site = headers["sec-fetch-site"];
    if (site !== undefined && site !== "same-origin" && site !== "none") return undefined;
    // Over TLS the bound one alone: the other may have been set by whoever sits in between where there is none.
    const name = secure ? this.#secureName : this.#name;
    for (const pair of cookie.split(";")) {
      const at = pair.indexOf("=");
      if (pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
    }
    return undefined;
  }

  /**
   * The headers that give a browser its cookie for `forS` seconds. Over TLS it is bound to this host (`__Host-`), and never sent
   * without; the one of a time before TLS goes.
   */
  set(value: string, forS: number, secure: boolean): string[] {
    const name = secure ? this.#secureName : this.#name;
    const own = `${name}=${value}; Path=/; Max-Age=${forS}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
    return secure ? [own, `${this.#name}=; Path=/; Max-Age=0`] : [own];
  }

  /** The headers that take it away. */
  clear(secure: boolean): string[] {
    return this.set("", 0, secure);
  }

  get #secureName(): string {
    return `__Host-${this.#name}`;
  }
}
