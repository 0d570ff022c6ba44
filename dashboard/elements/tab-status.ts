/** What the browser's tab tells of the hub while another one is in front: a count in the title, a sign in the icon. */
import type { Hub } from "../client/hub.ts";
import { formatCount } from "../data/format.ts";
import wellIcon from "../icon.svg";
// Small enough to come as data: a hub that is gone could not serve the one that says so.
import alarmIcon from "../icon-alarm.svg";
import cutIcon from "../icon-cut.svg";
import troubleIcon from "../icon-trouble.svg";
import { texts } from "../texts/index.ts";
import { troubleOf } from "./fleet-order.ts";

/** A thousand devices are looked through this often, ms. */
const turnMs = 1_000;

const iconOf = { well: wellIcon, trouble: troubleIcon, alarm: alarmIcon, cut: cutIcon };

/** What is wrong, as the tab says it. */
export interface HubTrouble {
  readonly sign: keyof typeof iconOf;
  /** Devices with something wrong; of a hub that cannot be asked nobody knows. */
  readonly devices: number;
}

export class TabStatus {
  #lookedMs = Number.NEGATIVE_INFINITY;
  #trouble: HubTrouble = { sign: "well", devices: 0 };
  #title = "";
  #icon = "";

  /** Says what is so now. `page`: the title of what is shown; undefined where that has none. */
  say(hub: Hub, page: string | undefined): void {
    const title = [this.#said(hub), page === undefined ? texts.product : `${page} – ${texts.product}`].join(" ").trim();
    if (title !== this.#title) document.title = title;
    this.#title = title;
    const icon = iconOf[this.#sign(hub)];
    if (icon !== this.#icon) document.querySelector<HTMLLinkElement>("link[rel=icon]")?.setAttribute("href", icon);
    this.#icon = icon;
  }

  #said(hub: Hub): string {
    this.#look(hub);
    const { sign, devices } = this.#trouble;
    if (sign === "cut") return `${texts.trouble.cut} ·`;
    const { illness } = hub.health;
    const told = illness && `${illness.refuses ? texts.trouble.refuses : texts.trouble.unwell} ·`;
    return [told, devices > 0 ? texts.trouble.counted(formatCount(devices)) : undefined].filter(Boolean).join(" ");
  }

  /** A hub that stores nothing is as bad as the worst value; one that is not well as bad as a device that is not. */
  #sign({ health }: Hub): HubTrouble["sign"] {
    const { sign } = this.#trouble;
    if (sign === "cut" || sign === "alarm" || !health.illness) return sign;
    return health.illness.refuses ? "alarm" : "trouble";
  }

  #look({ access, client, view }: Hub): void {
    const isOut = client.refused !== undefined || access.isOut;
    const { state } = client.state;
    const isOpen = state === "open" || state === "doubtful";
    if (!isOpen && client.heardAt !== undefined && !isOut) {
      this.#trouble = { sign: "cut", devices: 0 };
      this.#lookedMs = Number.NEGATIVE_INFINITY;
      return;
    }
    if (isOut) {
      // Whoever is not let in is told nothing, not even how many.
      this.#trouble = { sign: "well", devices: 0 };
      return;
    }
    if (performance.now() - this.#lookedMs < turnMs) return;
    this.#lookedMs = performance.now();
    this.#trouble = troubleIn(view, client.now());
  }
}

/** The same count as the fleet has for what is in trouble. */
export function troubleIn({ devices }: Pick<Hub["view"], "devices">, nowMs: number): HubTrouble {
  let count = 0;
  let alarm = false;
  for (const device of devices.values()) {
    const trouble = troubleOf(device, nowMs);
    if (trouble !== undefined) count += 1;
    if (trouble === "alarm") alarm = true;
  }
  return { sign: alarm ? "alarm" : count > 0 ? "trouble" : "well", devices: count };
}
