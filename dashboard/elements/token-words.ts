/** What is said of tokens, links and people alike. */
import { html, nothing } from "lit";
import type { TokenEntry } from "../../server/protocol/index.ts";
import { texts } from "../texts/index.ts";

/** Selectors that are listed before the rest is counted. */
const mostListed = 4;

/** What a person calls it, or whom it is for. */
export function tokenName({ name, devices, kind }: Pick<TokenEntry, "name" | "devices" | "kind">): string {
  return name || devicesText(devices) || texts.access.tokens.kind[kind];
}

/** Selectors in one line; null: all devices. */
export function devicesText(devices: readonly string[] | null): string {
  if (devices === null) return texts.access.allDevices;
  const more = devices.length - mostListed;
  const listed = devices.slice(0, more > 0 ? mostListed : undefined).join(", ");
  return more > 0 ? `${listed} ${texts.access.moreDevices(String(more))}` : listed;
}

export function devicesLine(devices: readonly string[] | null) {
  return devices === null
    ? html`<div class="facts">${texts.access.allDevices}</div>`
    : html`<div class="devices" title=${devices.length > mostListed ? devices.join(", ") : nothing}>${devicesText(devices)}</div>`;
}
