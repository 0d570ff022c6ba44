/** How long a token or a link is good for: one of a few lengths of time, a date, or for ever. */
import { html, nothing } from "lit";
import { timeZone } from "../data/time-zone.ts";
import { instantOf } from "../data/zoned-time.ts";
import { texts } from "../texts/index.ts";

const dayMs = 86_400_000;

const lengthsMs = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs, year: 365 * dayMs } as const;

export type LifetimeKey = keyof typeof lengthsMs | "date" | "forEver";

export interface Lifetime {
  readonly key: LifetimeKey;
  /** Of a field for a date and a time, by the clock that all times are shown with; empty where none was entered. */
  readonly until: string;
}

/** ms from `nowMs` on; null for without end, undefined where the date makes no sense. */
export function lifetimeMs({ key, until }: Lifetime, nowMs: number): number | null | undefined {
  if (key === "forEver") return null;
  if (key !== "date") return lengthsMs[key];
  const leftMs = (instantOf(until) ?? nowMs) - nowMs;
  return leftMs > 0 ? Math.round(leftMs) : undefined;
}

export function lifetimeField(
  offered: readonly LifetimeKey[],
  chosen: Lifetime,
  label: string,
  nowMs: number,
  change: (lifetime: Lifetime) => void,
) {
  const words = texts.access;
  const isWrong = chosen.key === "date" && chosen.until !== "" && lifetimeMs(chosen, nowMs) === undefined;
  return html`<div class="two">
    <label class="field">
      <span>${label}</span>
      <select @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
        ${offered.map((key) => html`<option value=${key} ?selected=${key === chosen.key}>${words.lifetimes[key]}</option>`)}
      </select>
    </label>
    ${
      chosen.key === "date"
        ? html`<label class="field">
            <span>${words.until(timeZone.shown)}</span>
            <input
              type="datetime-local"
              required
              .value=${chosen.until}
              aria-invalid=${isWrong}
              @input=${(event: Event) => change({ key: "date", until: (event.target as HTMLInputElement).value })}
            />
            ${isWrong ? html`<small class="error">${words.notLater}</small>` : nothing}
          </label>`
        : nothing
    }
  </div>`;

  function choose(value: string): void {
    const key = offered.find((each) => each === value);
    if (key) change({ ...chosen, key });
  }
}
