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
} from "./fleet-item.ts";
import { troubleOf } from "./fleet-order.ts";
import "./fleet-spark.ts";
import { tellingSeries } from "./fleet-values.ts";

/** Sizes of rows, CSS pixels: the fleet knows where each lies without drawing it. */
export const rowSizes = { height: 44, narrowHeight: 64 } as const;

const curve = { width: 128, height: 30 } as const;

export const fleetRowStyles = css`
  .line {
    position: relative;
    display: grid;
    grid-template-columns: minmax(170px, 1.7fr) minmax(150px, 1.2fr) repeat(var(--values), minmax(88px, 1fr)) ${curve.width}px 96px 76px;
    gap: 0 14px;
    align-items: center;
    height: ${rowSizes.height}px;
    padding: 0 14px;
    border-bottom: 1px solid var(--border);
    background: var(--surface);
    color: var(--text);
    text-decoration: none;
  }
  .line:hover {
    background: var(--surface-hover);
  }
  .line:focus-visible {
    z-index: 1;
    outline-offset: -2px;
  }
  .line > * {
    min-width: 0;
  }
  .line .head {
    display: flex;
    gap: 8px;
    align-items: center;
  }
  .line .about {
    display: grid;
    line-height: 15px;
  }
  .line .age {
    justify-self: end;
  }
  .line .none {
    grid-column: span var(--values);
    color: var(--text-muted);
    font-size: var(--text-s);
  }
  /* Two lines on a phone: what it is and its value, how it is and its curve. */
  @media (max-width: 860px) {
    .line {
      grid-template:
        "head value" 22px
        "about curve" 30px / minmax(0, 1fr) minmax(0, auto);
      align-content: center;
      height: ${rowSizes.narrowHeight}px;
    }
    .line .head {
      grid-area: head;
    }
    .line .about {
      grid-area: about;
      align-self: start;
      padding-left: 16px;
    }
    .line .cell {
      grid-area: value;
      justify-self: end;
    }
    .line .cell .label,
    .line .age,
    .line .between {
      display: none;
    }
    .line fleet-spark {
      grid-area: curve;
      justify-self: end;
    }
  }
`;

/** The room for texts in a row: of the narrowest with columns, or in two lines on a phone of this width. */
export function rowRoom(width: number, isPhone: boolean): FleetScene["room"] {
  const cells = { first: 88, cell: 88 };
  return isPhone ? { name: width - 190, note: width - 190, ...cells } : { name: 150, note: 150, ...cells };
}

/** One device in a line, its values in columns. `values` of the scene: columns of values. */
export function fleetRow(device: DeviceView, scene: FleetScene, number: number, tabbable: boolean): TemplateResult {
  const { entry } = device;
  const { nowMs, values } = scene;
  const { main, others } = tellingSeries(device, values);
  const age = deviceAge(device, nowMs);
  const blanks = main ? values - 1 - others.length : 0;
  return html`<a
    class="line item ${troubleOf(device, nowMs) ?? (entry.state === "offline" ? "past" : "well")}"
    href=${deviceHref(entry.device)}
    data-number=${number}
    tabindex=${tabbable ? 0 : -1}
    title=${entry.device}
    @focus=${() => scene.focused(device)}
  >
    <span class="head">${nameMark(device, scene)}</span>
    <span class="about"><span class="state ${entry.state}">${stateWords(device, nowMs)}</span>${deviceNote(device, scene)}</span>
    ${main ? valueCell(main, scene, age.words, scene.room.first) : html`<span class="none">${texts.list.noValues}</span>`}
    ${others.map((series) => valueCell(series, scene, age.words))}
    ${Array.from({ length: blanks }, () => html`<span></span>`)}
    ${
      main
        ? html`<fleet-spark .source=${sparkSource(main, scene, curve.width, curve.height)}></fleet-spark>
            <span class="between numbers">${sparkWords(main, scene)}</span>`
        : html`<span></span><span></span>`
    }
    ${age.mark}
  </a>`;
}
