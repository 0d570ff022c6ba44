/** What a chart can draw, for who opened the choices. */
import { html, nothing } from "lit";
import type { ViewChange } from "../data/explore-choice.ts";
import { type ExploreWay, explorePers, exploreWays } from "../data/explore-view.ts";
import { timeZone } from "../data/time-zone.ts";
import { texts } from "../texts/index.ts";
import { type ExploreGroup, wayName } from "./explore-lines.ts";

export function viewChoices(group: ExploreGroup, zone: string | undefined, change: (change: ViewChange) => void) {
  const words = texts.explore;
  const { kind, view } = group;
  const ways: readonly ExploreWay[] = exploreWays[kind];
  return html`
    ${choice(
      words.view,
      ways,
      view.way,
      (way) => wayName(group, way),
      (way) => change({ view: { way } }),
    )}
    ${
      view.way === "strip"
        ? nothing
        : html`${choice(
            words.per,
            explorePers,
            view.per,
            (per) => words.pers[per],
            (per) => change({ view: { per } }),
          )}
            ${zoneChoice(zone, change)}`
    }
    ${kind === "states" ? nothing : fleetFields(group, change)}
  `;
}

function choice<Of extends string>(
  label: string,
  all: readonly Of[],
  present: Of,
  name: (each: Of) => string,
  choose: (each: Of) => void,
) {
  return html`<div role="group" aria-label=${label}>
    <span class="name">${label}</span>
    <div class="choices">
      ${all.map(
        (each) =>
          html`<button type="button" aria-pressed=${each === present} @click=${() => choose(each)}>${name(each)}</button>`,
      )}
    </div>
  </div>`;
}

/** The zones that this browser knows, and the hub's in front. */
function zoneChoice(zone: string | undefined, change: (change: ViewChange) => void) {
  const { hub } = timeZone;
  const all = new Set([...(hub === undefined ? [] : [hub]), "UTC", ...Intl.supportedValuesOf("timeZone")]);
  if (zone !== undefined) all.add(zone);
  return html`<label>
    <span class="name">${texts.explore.zone}</span>
    <select
      @change=${({ target }: Event) => change({ zone: (target as HTMLSelectElement).value || null })}
    >
      <option value="" ?selected=${zone === undefined}>${texts.explore.zoneShown(timeZone.shown)}</option>
      ${[...all].map((each) => html`<option value=${each} ?selected=${each === zone}>${each}</option>`)}
    </select>
  </label>`;
}

/** More metrics than this of one chart would be a list of fields. */
const mostFleets = 4;

/** Of a fleet the devices that it is of; of all other charts a field for each metric. */
function fleetFields({ fleet, lines }: ExploreGroup, change: (change: ViewChange) => void) {
  const metrics = fleet ? [fleet.metric] : [...new Set(lines.map(({ series: { entry } }) => entry.metric))];
  const devices = lines.map(({ device }) => device.entry.device);
  const words = texts.explore;
  return html`<div role="group" aria-label=${words.across}>
    <span class="name" id="across">${words.across}</span>
    ${metrics.slice(0, mostFleets).map(
      (metric) => html`<form
        @submit=${(event: SubmitEvent) => {
          event.preventDefault();
          const field = (event.currentTarget as HTMLFormElement).elements.namedItem("devices") as HTMLInputElement;
          change({ fleet: { device: field.value.trim(), metric } });
        }}
      >
        <input
          name="devices"
          required
          pattern=".*[*].*"
          spellcheck="false"
          autocomplete="off"
          title=${words.acrossHint}
          aria-label=${words.acrossOf(metric)}
          .value=${fleet?.device ?? selectorOf(devices)}
        />
        <button type="submit" class="button">${metrics.length > 1 ? metric : words.draw}</button>
      </form>`,
    )}
  </div>`;
}

/** The siblings of these devices: all below what their names begin with. */
function selectorOf(devices: readonly string[]): string {
  const [first = ""] = devices;
  const parent = first.slice(0, first.lastIndexOf("/") + 1);
  return devices.every((device) => device.startsWith(parent)) ? `${parent}*` : "*";
}
