import type { StatusAnswer } from "../../server/protocol/index.ts";
import type { Hub } from "../client/hub.ts";
import { timeZone } from "../data/time-zone.ts";

/** So long after the page is there, ms, the hub's time zone is asked for where nothing is shown by it. */
const laterMs = 3_000;

/** Asks for the hub's clock face, once a connection. Where it does not tell, times are shown by this device's. */
export class HubZone {
  readonly #hub: Pick<Hub, "access" | "api">;
  #asked = false;
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(hub: Pick<Hub, "access" | "api">) {
    this.#hub = hub;
  }

  /** At once where times are shown by it; otherwise only the settings tell it, and nothing that is shown has to wait behind it. */
  want(): void {
    if (this.#asked || !this.#hub.access.may("status")) return;
    if (timeZone.choice === "hub") void this.#ask();
    else this.#soon ??= setTimeout(() => void this.#ask(), laterMs);
  }

  /** The hub may be another one when it is back. */
  again(): void {
    this.#asked = false;
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#asked = true;
    const status = await this.#hub.api.get<StatusAnswer>("status", { quiet: true }).catch(() => undefined);
    if (status) timeZone.hubIs(status.timeZone);
  }
}
