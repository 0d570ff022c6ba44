/** What opens above the page by a key: the palette and the sheet of shortcuts, their code loaded when first wanted. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { isTyping, openOverlay } from "../client/commands.ts";
import type { Hub } from "../client/hub.ts";
import { progress } from "../client/progress.ts";
import { texts, withTexts } from "../texts/index.ts";
import type { OfferedPage } from "./page-nav.ts";

/** So long after the page is there, ms, their code is fetched: a person may want them when the hub cannot serve it any more. */
const fetchAfterMs = 5_000;

const loadPalette = () => withTexts("palette", import("./command-palette.ts"));
const loadSheet = () => withTexts("palette", import("./shortcut-sheet.ts"));
/** The way out of a page that is shown alone. */
export const loadKioskExit = () => withTexts("palette", import("./kiosk-exit.ts"));

export class Overlays implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #hub: Hub;
  readonly #offered: () => readonly OfferedPage[];
  readonly #isOut: () => boolean;
  readonly #say: (words: string) => void;

  #fetching: ReturnType<typeof setTimeout> | undefined;

  /** `offered`: the pages of whoever sits here; `isOut`: nobody who may see anything does. `say`: says for a moment what was done. */
  constructor(
    host: ReactiveControllerHost & HTMLElement,
    hub: Hub,
    offered: () => readonly OfferedPage[],
    isOut: () => boolean,
    say: (words: string) => void,
  ) {
    this.#host = host;
    this.#hub = hub;
    this.#offered = offered;
    this.#isOut = isOut;
    this.#say = say;
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener("keydown", this.#key);
    addEventListener("keydown", this.#escape, { capture: true });
  }

  hostDisconnected(): void {
    removeEventListener("keydown", this.#key);
    removeEventListener("keydown", this.#escape, { capture: true });
  }

  /** Fetches their code when all that was asked for is there. */
  fetchSoon(): void {
    this.#fetching ??= setTimeout(() => {
      for (const load of [loadPalette, loadSheet, loadKioskExit]) load().catch(() => {});
    }, fetchAfterMs);
  }

  /** Opens the search, or closes it. Who may see nothing has nothing to search. */
  async search(): Promise<void> {
    if (this.#isOut() || !(await this.#isHere(loadPalette()))) return;
    const palette = this.#element("command-palette");
    if (!palette.isConnected) {
      palette.hub = this.#hub;
      palette.addEventListener("shortcuts", () => void this.shortcuts());
      palette.addEventListener("said", (event) => this.#say((event as CustomEvent<string>).detail));
      this.#host.shadowRoot?.append(palette);
    }
    palette.offered = this.#offered();
    await palette.toggle();
  }

  async shortcuts(): Promise<void> {
    if (!(await this.#isHere(loadSheet()))) return;
    const sheet = this.#element("shortcut-sheet");
    if (!sheet.isConnected) this.#host.shadowRoot?.append(sheet);
    await sheet.toggle();
  }

  async #isHere(code: Promise<unknown>): Promise<boolean> {
    try {
      await progress.during(code);
      return true;
    } catch {
      this.#say(texts.pages.failed);
      return false;
    }
  }

  /** Whoever sat here is out: what the search had found is not shown to who comes next. */
  closeSearch(): void {
    this.#host.shadowRoot?.querySelector("command-palette")?.remove();
  }

  #element<Name extends "command-palette" | "shortcut-sheet">(name: Name): HTMLElementTagNameMap[Name] {
    return this.#host.shadowRoot?.querySelector(name) ?? document.createElement(name);
  }

  /** One Escape closes one thing: an open menu, and nothing of the page below that would follow the same key. */
  readonly #escape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.isComposing) return;
    const overlay = openOverlay();
    // A dialog has its own way, which what it is doing may hold up.
    if (!overlay?.popover) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    overlay.hidePopover();
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    const withControl = event.ctrlKey || event.metaKey;
    if (withControl && this.#isOut()) return;
    // By its place, too: with another script on the keyboard the letter is another one.
    if (withControl && !event.altKey && !event.shiftKey && (event.key.toLowerCase() === "k" || event.code === "KeyK")) {
      event.preventDefault();
      void this.search();
    } else if (event.key === "?" && !withControl && !event.altKey && !isTyping(event)) {
      event.preventDefault();
      void this.shortcuts();
    }
  };
}
