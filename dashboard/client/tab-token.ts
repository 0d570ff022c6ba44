/** The token of this tab, a program's or a guest's: taken from the address or from a person, kept until the tab is closed. */
import { decodeFragment } from "./fragment.ts";

const storageKey = "hub-token";
const fragmentName = "#token=";
/** What a hub's token is made of. Anybody can make a link to somebody's hub: nothing else in it is taken for one. */
const tokenText = /^[0-9a-z-]{1,64}$/i;

/** What this needs of a browser. */
export interface TabPorts {
  readonly location: Pick<Location, "hash" | "pathname" | "search">;
  readonly history: Pick<History, "replaceState">;
  /** Undefined where the browser keeps nothing for this page. */
  readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined;
}

export class TabToken {
  readonly #ports: TabPorts;
  #token: string | undefined;

  constructor(ports: TabPorts) {
    this.#ports = ports;
    this.#token = ports.storage?.getItem(storageKey) ?? undefined;
    this.takeFromAddress();
  }

  get value(): string | undefined {
    return this.#token;
  }

  /** Takes a token out of the fragment, and the fragment out of the address and the tab's history. True where there was one. */
  takeFromAddress(): boolean {
    const { location, history } = this.#ports;
    if (!location.hash.startsWith(fragmentName)) return false;
    const text = decodeFragment(location.hash.slice(fragmentName.length));
    history.replaceState(null, "", `${location.pathname}${location.search}#/`);
    if (!tokenText.test(text)) return false;
    this.keep(text);
    return true;
  }

  /** Keeps what a person typed or pasted: the token, or the address that it came in. */
  keep(text: string): void {
    const at = text.indexOf(fragmentName);
    this.#token = (at < 0 ? text : decodeFragment(text.slice(at + fragmentName.length))).trim();
    this.#ports.storage?.setItem(storageKey, this.#token);
  }

  forget(): void {
    this.#token = undefined;
    this.#ports.storage?.removeItem(storageKey);
  }
}

/** Reading it throws where the browser was told to keep nothing. */
function storageOfTab(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}

/** The token of the page that this runs in. */
export function tokenOfTab(): TabToken {
  return new TabToken({ location, history, storage: storageOfTab() });
}
