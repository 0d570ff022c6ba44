/** What is told of a device whose clock is wrong. */
import { html, nothing, type TemplateResult } from "lit";
import { maxAheadMs } from "../../server/protocol/index.ts";
import { formatInterval } from "../data/format.ts";
import { texts } from "../texts/index.ts";

/** Below this a clock counts as right, ms. */
const wrongFromMs = 2_000;

/** What a clock that is wrong does to readings; undefined where it is right, or nobody knows. `skewMs`: device time − hub time. */
export function clockWords(skewMs = 0): string | undefined {
  if (Math.abs(skewMs) < wrongFromMs) return undefined;
  const { clockAhead, clockBehind, clockFarAhead } = texts.device;
  const words = skewMs < 0 ? clockBehind : skewMs > maxAheadMs ? clockFarAhead : clockAhead;
  return words(formatInterval(Math.abs(skewMs)));
}

/** A small clock beside a name, which says it. */
export function clockMark(skewMs: number | undefined): TemplateResult | typeof nothing {
  const words = clockWords(skewMs);
  if (words === undefined) return nothing;
  return html`<span class="clock" role="img" aria-label=${words} title=${words}><svg width="12" height="12"
    viewBox="0 0 12 12" fill="none" stroke="currentColor" stroke-width="1.4" aria-hidden="true"><circle cx="6" cy="6"
    r="4.8"/><path d="M6 3v3l2 1.5"/></svg></span>`;
}
