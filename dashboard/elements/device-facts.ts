import { html, nothing, type TemplateResult } from "lit";
import type { HubClient } from "../client/hub-client.ts";
import type { DeviceView } from "../client/hub-view.ts";
import { formatDuration, formatInterval } from "../data/format.ts";
import { texts } from "../texts/index.ts";
import { clockWords } from "./clock-mark.ts";
import { ageText, presenceDot } from "./values.ts";

/** Who a device is and how it is, in one line. */
export function deviceFacts(device: DeviceView, client: HubClient): TemplateResult {
  const { entry } = device;
  const now = client.now();
  const { reportInterval } = entry;
  const clock = clockWords(entry.skew);
  const facts = [
    entry.name ? html`<code>${entry.device}</code>` : nothing,
    entry.kind,
    entry.historic ? texts.device.historic : nothing,
    clock === undefined ? nothing : html`<span class="wrong">${clock}</span>`,
    entry.via ? texts.device.via(entry.via) : nothing,
    reportInterval === null
      ? nothing
      : reportInterval === 0
        ? texts.device.onEvent
        : texts.device.every(formatInterval(reportInterval)),
    entry.state === "online" || entry.lastSeen === null
      ? nothing
      : aging((ms) => texts.device.lastSeen(ageText(now - ms, now)), now - entry.lastSeen),
    ...Object.entries(entry.labels ?? {}).map(([key, value]) => `${key}: ${value}`),
  ];
  return html`<p class="facts numbers">
    <span class="state">
      ${presenceDot(entry.state)}<b>${texts.presence[entry.state]}</b>
      ${aging((ms) => `${texts.device.since(formatDuration(ms))}, ${texts.reason[entry.reason]}`, client.shownNow() - entry.since)}
    </span>
    ${facts.filter((fact) => fact !== nothing && fact !== undefined).map((fact) => html`<span>${fact}</span>`)}
  </p>`;
}

/** The widest age of each unit of which the number changes while somebody looks, ms. */
const widestMs = [59_000, 59 * 60_000, 23 * 3_600_000];

/**
 * Words with an age in them, in the room that they take at their longest in its unit: what follows would move to another line
 * and back with each digit more. Room for longer units would be a hole before what follows.
 */
function aging(words: (ms: number) => string, ms: number): TemplateResult {
  const widest = widestMs.find((each) => ms < each) ?? ms;
  return html`<span class="aging" data-widest=${words(widest)}>${words(ms)}</span>`;
}
