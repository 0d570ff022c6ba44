import { css, html, nothing } from "lit";
import { customElement, query } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { RequestEntry, RequestsAnswer, TokensAnswer } from "../../server/protocol/index.ts";
import { orderMany } from "../client/many.ts";
import { formatCount } from "../data/format.ts";
import { texts } from "../texts/index.ts";
import { AccessPanel } from "./access-panel.ts";
import { failureWords } from "./failure-words.ts";
import { devicesText } from "./token-words.ts";
import { ageOrDate } from "./values.ts";

/** Devices that ask to be let in: whoever may says yes by a click, or by the code that the device shows. */
@customElement("access-requests")
export class AccessRequests extends AccessPanel<RequestsAnswer> {
  static override styles = [
    AccessPanel.styles,
    css`
      .code {
        font: 600 var(--text-l) / 1.5 var(--font-mono);
        letter-spacing: 0.04em;
        white-space: nowrap;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        align-items: end;
        margin: 16px 0;
      }
      form .all {
        margin-left: auto;
      }
      label {
        display: grid;
        gap: 4px;
        color: var(--text-muted);
        font-size: var(--text-s);
        font-weight: 550;
      }
      input {
        width: 140px;
        height: var(--control-height);
        padding: 0 8px;
        border: 1px solid var(--border-strong);
        border-radius: var(--radius-s);
        background: var(--surface);
        color: var(--text);
        font: var(--input-text) var(--font-mono);
      }
    `,
  ];

  @query("#code") private code!: HTMLInputElement;

  constructor() {
    super("requests", 5_000);
  }

  protected override told({ requests }: RequestsAnswer): void {
    this.hub.requests.tell(requests.length);
  }

  protected override list({ requests }: RequestsAnswer) {
    const words = texts.access.requests;
    const fresh = requests.filter(({ known }) => !known);
    return html`
      <p class="intro">${words.intro}</p>
      <form @submit=${this.#byHand}>
        <label for="code">
          ${words.byHand}
          <input
            id="code"
            required
            inputmode="numeric"
            autocomplete="off"
            maxlength="11"
            placeholder="000 000"
            title=${words.byHandHint}
          />
        </label>
        <button class="button">${words.accept}</button>
        ${
          fresh.length < 2
            ? nothing
            : html`<button type="button" class="button all" @click=${() => this.#acceptAll(fresh)}>
                ${words.acceptAll(formatCount(fresh.length))}
              </button>`
        }
      </form>
      ${
        requests.length === 0
          ? html`<div class="empty"><strong>${words.none}</strong><span>${words.noneHow}</span></div>`
          : html`<ul class="rows">
              ${repeat(
                requests,
                ({ code }) => code,
                (request) => this.#row(request),
              )}
            </ul>`
      }
    `;
  }

  #row(request: RequestEntry) {
    const { code, device, address, first, count, known } = request;
    const words = texts.access.requests;
    return html`<li class="wide">
      <span class="code numbers" title=${words.codeOf(code)}>${spaced(code)}</span>
      <div class="what">
        <div class="title">
          <span class="devices">${device}</span>
          ${known ? html`<span class="pill warn">${words.known}</span>` : nothing}
        </div>
        <div class="facts numbers">
          <span>${words.from(address)}</span>
          <span>${words.since(ageOrDate(first, this.nowMs))}</span>
          <span>${words.tries(formatCount(count))}</span>
        </div>
      </div>
      <div class="do">
        <button
          type="button"
          class="button ${known ? "" : "primary"}"
          aria-label=${words.acceptOf(device)}
          @click=${() => this.#accept(request)}
        >
          ${words.accept}
        </button>
        <button
          type="button"
          class="button"
          aria-label=${words.acceptAsOf(device)}
          @click=${() => this.#replace(request)}
        >
          ${words.acceptAs}
        </button>
        <button
          type="button"
          class="button"
          aria-label=${words.dismissOf(device)}
          @click=${() => this.#dismiss(request)}
        >
          ${words.dismiss}
        </button>
      </div>
    </li>`;
  }

  /** Where there is such a device, whoever says yes is told first what that means for it. */
  #accept(request: RequestEntry): void {
    const { code, device, known } = request;
    if (!known) {
      void this.order(() => this.#letIn(code, device));
      return;
    }
    const words = texts.access.accept;
    this.confirm({
      heading: words.heading(device),
      intro: words.besideIntro,
      confirm: words.confirm,
      run: () => this.#letIn(code, device),
    });
  }

  /** Those of new ids: who asks under the id of a device that there is, somebody looks at by itself. */
  #acceptAll(requests: readonly RequestEntry[]): void {
    const words = texts.access.requests;
    const count = formatCount(requests.length);
    this.confirm({
      heading: words.allHeading(count),
      intro: words.allIntro(devicesText(requests.map(({ device }) => device))),
      confirm: words.acceptAll(count),
      run: async (say) => {
        const { answers, failures } = await orderMany(
          requests,
          ({ code, device }) => this.#letIn(code, device),
          (over) => say(texts.access.going(formatCount(over), count)),
        );
        const done = words.acceptedAll(formatCount(answers.length), answers.length === 1);
        return failures.length === 0
          ? done
          : `${done} ${texts.access.notAll(formatCount(failures.length), failureWords(failures[0]))}`;
      },
    });
  }

  #replace(request: RequestEntry): void {
    void this.open(
      import("./request-accept.ts"),
      (end) => html`<request-accept .hub=${this.hub} .request=${request} @closed=${end}></request-accept>`,
    );
  }

  #dismiss({ code, device }: RequestEntry): void {
    const words = texts.access.requests;
    this.confirm({
      heading: words.dismissHeading(device),
      intro: words.dismissIntro,
      confirm: words.dismiss,
      run: async () => {
        await this.hub.api.delete(`requests/${encodeURIComponent(code)}`);
        return words.dismissed(device);
      },
    });
  }

  #byHand(event: Event): void {
    event.preventDefault();
    const code = this.code.value.replaceAll(/\D/g, "");
    const request = this.answer?.requests.find((each) => each.code === code);
    this.code.value = "";
    if (request) this.#accept(request);
    else void this.order(() => this.#letIn(code, spaced(code)));
  }

  async #letIn(code: string, called: string): Promise<string> {
    const { tokens } = await this.hub.api.post<TokensAnswer>("requests", { code });
    return texts.access.requests.accepted(tokens[0]?.devices?.join(", ") ?? called);
  }
}

/** As people read six digits to each other. */
function spaced(code: string): string {
  return code.replace(/^(\d{3})(\d{3})$/, "$1\u2009$2");
}
