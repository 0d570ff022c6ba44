/** What a person can do by the command palette, and the keys that do something: offered by whatever is on the page. */
import type { ReactiveController, ReactiveControllerHost, TemplateResult } from "lit";

export interface Command {
  /** Always the same, such as `theme:dark`: by it the palette keeps what was used last. */
  readonly id: string;
  /** What it does, as a person reads it. */
  readonly title: string;
  /** Said beside the title: what it belongs to, or what is so now. */
  readonly hint?: string;
  /** Other words that it is found by. */
  readonly words?: string;
  readonly icon?: TemplateResult;
  run(): void;
}

export interface Shortcut {
  /** Keys as they are named on a keyboard, pressed together: `["Shift", "F10"]`. */
  readonly keys: readonly string[];
  /** What they do, as a person reads it. */
  readonly does: string;
}

/** Asked whenever it is shown, so that it speaks the present language. */
export interface Offer {
  commands?(): readonly Command[];
  shortcuts?(): readonly Shortcut[];
}

const offers = new Set<Offer>();

/** Offers commands and shortcuts while its element is on the page. */
export class CommandController implements ReactiveController {
  readonly #offer: Offer;

  constructor(host: ReactiveControllerHost, offer: Offer) {
    this.#offer = offer;
    host.addController(this);
  }

  hostConnected(): void {
    offers.add(this.#offer);
  }

  hostDisconnected(): void {
    offers.delete(this.#offer);
  }
}

/** All that is offered now, each id once. */
export function offeredCommands(): Command[] {
  const all = [...offers].flatMap((offer) => offer.commands?.() ?? []);
  return [...new Map(all.map((command) => [command.id, command])).values()];
}

/** The keys that mean something now; of several elements of one kind once. */
export function offeredShortcuts(): Shortcut[] {
  const all = [...offers].flatMap((offer) => offer.shortcuts?.() ?? []);
  return [...new Map(all.map((shortcut) => [`${shortcut.keys.join("+")} ${shortcut.does}`, shortcut])).values()];
}

/** The dialog or menu that is open above the page, in whatever shadow it stands; the focus may be elsewhere. */
export function openOverlay(within: ParentNode = document): HTMLElement | undefined {
  const open = within.querySelector<HTMLElement>("dialog[open], :popover-open");
  if (open) return open;
  for (const { shadowRoot } of within.querySelectorAll("*")) {
    const inside = shadowRoot && openOverlay(shadowRoot);
    if (inside) return inside;
  }
  return undefined;
}

/** Whether a key that was pressed belongs to a field that is typed into. */
export function isTyping(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  return target instanceof HTMLElement && target.matches("input, select, textarea, [contenteditable]");
}
