import { decodeFragment } from "./fragment.ts";
import type { TabPorts } from "./tab-token.ts";

const fragmentName = "#setup=";
/** Longer is no code of a hub. */
const longestCode = 100;

/** The code that the hub printed at its first start: taken from the address that was printed with it, kept while the page is open. */
export class SetupCode {
  readonly #ports: Omit<TabPorts, "storage">;
  #code = "";

  constructor(ports: Omit<TabPorts, "storage">) {
    this.#ports = ports;
    this.takeFromAddress();
  }

  get value(): string {
    return this.#code;
  }

  /** Takes a code out of the fragment, and the fragment out of the address and the tab's history. True where there was one. */
  takeFromAddress(): boolean {
    const { location, history } = this.#ports;
    if (!location.hash.startsWith(fragmentName)) return false;
    this.#code = decodeFragment(location.hash.slice(fragmentName.length)).slice(0, longestCode);
    history.replaceState(null, "", `${location.pathname}${location.search}#/setup`);
    return true;
  }
}

/** The code of the page that this runs in. */
export function setupCodeOfTab(): SetupCode {
  return new SetupCode({ location, history });
}
