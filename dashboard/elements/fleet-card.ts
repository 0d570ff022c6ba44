import { css, html, type TemplateResult } from "lit";
import type { DeviceView } from "../client/hub-view.ts";
import { deviceHref } from "../data/route.ts";
import { texts } from "../texts/index.ts";
import {
  deviceAge,
  deviceNote,
  type FleetScene,
  nameMark,
  sparkSource,
  sparkWords,
  stateWords,
  valueCell,
  valueMark,
  valueName,
} from "./fleet-item.ts";
import { troubleOf } from "./fleet-order.ts";
import "./fleet-spark.ts";
import { tellingSeries } from "./fleet-values.ts";

/** Sizes of cards, CSS pixels: the fleet knows where each lies without drawing it. */
export const cardSizes = { height: 152, narrowest: 272, gap: 12, padding: 12 } as const;

/** The curve takes so much of a card's width. */
const curveShare = 0.54;
const curveHeight = 38;

export const fleetCardStyles = css`
  .card {
    position: relative;
    display: grid;
    grid-template-rows: 20px 16px 38px 16px 1fr;
    height: ${cardSizes.height}px;
    padding: 10px ${cardSizes.padding}px 8px;
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--surface);
    box-shadow: var(--shadow);
    color: var(--text);
    text-decoration: none;
    transition: border-color var(--motion);
  }
  .card::before {
    border-radius: var(--radius) 0 0 var(--radius);
  }
  .card:hover {
    border-color: var(--border-strong);
  }
  .card:focus-visible {
    outline-offset: 1px;
  }
  .card > * {
    min-width: 0;
  }
  .card .head,
  .card .note,
  .card .caption {
    display: flex;
    align-items: baseline;
    gap: 8px;
  }
  .card .head .dot {
    align-self: center;
  }
  .card .state,
  .card .age,
  .card .between {
    margin-left: auto;
  }
  .card .note {
    padding-left: 16px;
  }
  .card .main {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 8px;
    align-items: end;
  }
  .card .main > .value {
    font-size: var(--text-xl);
    font-weight: 600;
    line-height: 30px;
    letter-spacing: -0.01em;
  }
  .card .main > .value.long {
    font-size: var(--text-l);
  }
  .card .others {
    display: grid;
    grid-template-columns: repeat(3, minmax(0, 1fr));
    gap: 8px;
    align-content: end;
  }
  .card .none {
    grid-row: 3 / 5;
    align-self: center;
    color: var(--text-muted);
    font-size: var(--text-s);
  }
`;

/** The room for texts in a card of this width; the words at the right of its name and note are as long as they mostly are. */
export function cardRoom(width: number): FleetScene["room"] {
  const inner = width - 2 * cardSizes.padding - 2;
  return { name: inner - 130, note: inner - 80, first: inner * (1 - curveShare) - 8, cell: (inner - 16) / 3 };
}

/** One device: presence, name, the value that tells most with its curve, a few more. */
export function fleetCard(device: DeviceView, scene: FleetScene, number: number, tabbable: boolean): TemplateResult {
  const { entry } = device;
  const { nowMs } = scene;
  const { main, others } = tellingSeries(device, scene.values);
  const age = deviceAge(device, nowMs);
  const width = Math.floor((scene.width - 2 * cardSizes.padding - 2) * curveShare);
  return html`<a
    class="card item ${troubleOf(device, nowMs) ?? (entry.state === "offline" ? "past" : "well")}"
    href=${deviceHref(entry.device)}
    data-number=${number}
    tabindex=${tabbable ? 0 : -1}
    title=${entry.device}
    @focus=${() => scene.focused(device)}
  >
    <span class="head">
      ${nameMark(device, scene)}
      <span class="state ${entry.state}">${stateWords(device, nowMs)}</span>
    </span>
    <span class="note">
      ${deviceNote(device, scene)}
      ${age.mark}
    </span>
    ${
      main
        ? html`<span class="main">
              ${valueMark(main, scene, scene.room.first, 20)}<fleet-spark .source=${sparkSource(main, scene, width, curveHeight)}></fleet-spark>
            </span>
            <span class="caption">${valueName(main, scene, age.words, scene.room.first)}<span class="between numbers">${sparkWords(main, scene)}</span></span>`
        : html`<span class="none">${texts.list.noValues}</span>`
    }
    <span class="others">${others.map((series) => valueCell(series, scene, age.words))}</span>
  </a>`;
}
