import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { ArrivalsAnswer } from "../../server/protocol/index.ts";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import { ArrivalsOrder, senderKey } from "../data/arrivals-order.ts";
import { formatClock, formatCount } from "../data/format.ts";
import { deviceHref } from "../data/route.ts";
import { baseStyles, dotStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { arrivalsStyles } from "./arrivals-styles.ts";
import { PollController } from "./poll-controller.ts";
import { ageText, deviceLabel } from "./values.ts";

type Sender = ArrivalsAnswer["senders"][number];
type Refusal = ArrivalsAnswer["refusals"][number];

/** From question to question, ms: a newcomer looks from his terminal to the page. */
const askMs = 2_000;

/** What arrived at the hub in the last minute, a line a sender, and what was refused, with the reason and the raw text. */
@customElement("arrivals-list")
export class ArrivalsList extends LitElement {
  static override styles = [baseStyles, dotStyles, arrivalsStyles];

  @property({ attribute: false }) hub!: Hub;
  @state() private answer: ArrivalsAnswer | undefined;

  readonly #order = new ArrivalsOrder();
  readonly #poll = new PollController<ArrivalsAnswer>(this, {
    hub: () => this.hub,
    path: "arrivals",
    everyMs: askMs,
    answered: (answer) => {
      this.answer = answer;
    },
  });

  constructor() {
    super();
    new Observer(this, () => everySecond);
    new Observer(this, () => this.hub?.client);
  }

  override render() {
    const { answer } = this;
    const { problem } = this.#poll;
    const isPast = answer !== undefined && this.#poll.isPast(answer.hubTime);
    this.toggleAttribute("past", isPast);
    return html`<section aria-labelledby="arrivals">
      <h2 id="arrivals">${texts.arrivals.heading}</h2>
      <p class="intro numbers">${isPast ? html`<b>${texts.asOf(formatClock(answer.hubTime))}</b>` : texts.arrivals.intro}</p>
      ${problem === undefined ? nothing : html`<p class="note" role="status">${texts.arrivals.failed(problem)}</p>`}
      ${answer ? this.#arrived(answer) : problem === undefined ? html`<p class="note">${texts.arrivals.loading}</p>` : nothing}
    </section>`;
  }

  #arrived({ senders, more, refusals, wrongTokens }: ArrivalsAnswer) {
    return html`
      ${
        refusals.length === 0
          ? nothing
          : html`<ul class="refusals" tabindex="0" aria-label=${texts.arrivals.refusals}>
        ${repeat(
          refusals,
          (one) => `${senderKey(one)} ${one.code} ${one.metric}`,
          (one) => this.#refusal(one),
        )}
      </ul>`
      }
      ${
        senders.length === 0
          ? html`<p class="note">${texts.arrivals.nothing}</p>`
          : html`<ul class="senders" tabindex="0" aria-label=${texts.arrivals.senders}>
            ${repeat(this.#order.of(senders), senderKey, (one) => this.#sender(one))}
          </ul>`
      }
      ${more === 0 ? nothing : html`<p class="note numbers">${texts.arrivals.more(formatCount(more))}</p>`}
      ${wrongTokens === 0 ? nothing : html`<p class="note numbers">${texts.arrivals.wrongTokens(formatCount(wrongTokens), wrongTokens)}</p>`}
    `;
  }

  #sender(sender: Sender) {
    const { readings, refused, connected, last } = sender;
    return html`<li class="sender numbers">
      <span class="dot ${connected ? "online" : ""}"></span>
      <span class="who">${this.#who(sender)}</span>
      <span class="count">${texts.arrivals.readings(formatCount(readings), readings)}</span>
      <span class="from">${fromWhere(sender)}${connected ? ` · ${texts.arrivals.connected}` : ""}</span>
      <span class="end">${
        refused === 0 ? nothing : html`<span class="warn">${texts.arrivals.refused(formatCount(refused))}</span> · `
      }${this.#age(last)}</span>
    </li>`;
  }

  #refusal(refusal: Refusal) {
    const { at, firstAt, count, code, message, metric, raw } = refusal;
    // What names a metric is one reading among others; else nothing of the frame was taken.
    return html`<li class="refusal ${metric === undefined ? "whole" : ""}">
      <header class="numbers">
        <p>
          <b>${this.#who(refusal)}</b><span>${fromWhere(refusal)}</span>
        </p>
        <p class="times">
          <span class="code">${code}</span>${
            count === 1
              ? nothing
              : html`<span>${texts.arrivals.times(formatCount(count))}, ${texts.arrivals.since(this.#age(firstAt))}</span>`
          }
        </p>
        <span class="at">${this.#age(at)}</span>
      </header>
      <p>${message}</p>
      ${raw ? html`<code>${raw}</code>` : nothing}
    </li>`;
  }

  #who({ device }: Pick<Sender, "device">) {
    if (device === undefined) return html`<span class="unnamed">${texts.arrivals.stranger}</span>`;
    const view = this.hub.view.devices.get(device);
    return view ? html`<a href=${deviceHref(device)}>${deviceLabel(view)}</a>` : device;
  }

  #age(atMs: number): string {
    return ageText(atMs, this.hub.client.now());
  }
}

function fromWhere({ way, address }: Pick<Sender, "way" | "address">): string {
  const from = address === "local" ? texts.arrivals.thisMachine : address;
  return `${texts.arrivals.ways[way]} · ${from}`;
}
