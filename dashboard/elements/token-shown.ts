import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { NewTokenAnswer } from "../../server/protocol/index.ts";
import { type Reader, readerSnippets, readers } from "../data/reader-snippets.ts";
import { snippets, type Way, ways } from "../data/snippets.ts";
import { baseStyles, buttonStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import "./code-block.ts";

/** The ways that most want first. */
const sendingWays = ["curl", "python", "node", "arduino", ...ways] as const satisfies readonly Way[];

interface Program {
  readonly id: Way | Reader;
  readonly name: string;
  readonly hint: string;
  readonly code: string;
}

/** A token that was just made, the one time that it can be seen, with the program that comes with it. */
@customElement("token-shown")
export class TokenShown extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 12px;
        min-width: 0;
      }
      .once {
        padding: 8px 12px;
        border: 1px solid var(--warn-border);
        border-radius: var(--radius-s);
        background: var(--warn-ground);
        font-size: var(--text-s);
      }
      h3 {
        margin-bottom: 4px;
        font-size: var(--text-s);
        font-weight: 600;
      }
      .choices {
        display: flex;
        flex-wrap: wrap;
        justify-self: start;
        max-width: 100%;
      }
      .hint {
        margin: 8px 0;
        color: var(--text-muted);
        font-size: var(--text-s);
      }
    `,
  ];

  @property({ attribute: false }) made!: NewTokenAnswer;
  @state() private chosen: Way | Reader = "curl";

  override render() {
    const { shown } = texts.access;
    const programs = this.#programs();
    const program = programs.find(({ id }) => id === this.chosen) ?? programs[0];
    return html`
      <p class="once" role="status">${shown.once}</p>
      <div>
        <h3>${shown.token}</h3>
        <code-block inline .code=${this.made.token} .label=${shown.token}></code-block>
      </div>
      <div>
        <h3 id="ways">${shown.program}</h3>
        <div class="choices" role="group" aria-labelledby="ways">
          ${programs.map(
            ({
              id,
              name,
            }) => html`<button type="button" aria-pressed=${id === program?.id} @click=${() => this.#choose(id)}>
              ${name}
            </button>`,
          )}
        </div>
        ${
          program
            ? html`<p class="hint">${program.hint}</p>
                <code-block .code=${program.code} .label=${program.name}></code-block>`
            : nothing
        }
      </div>
    `;
  }

  #choose(id: Way | Reader): void {
    this.chosen = id;
  }

  #programs(): readonly Program[] {
    const { kind, devices, token } = this.made;
    const { shown } = texts.access;
    if (kind === "program") {
      const codes = readerSnippets(location, token);
      return readers.map((id) => ({ id, name: texts.connect.ways[id].name, hint: shown.readersHint, code: codes[id] }));
    }
    // A gateway speaks for several: the first stands in the program, and of a group one that could be in it.
    const device = kind === "fleet" ? undefined : devices?.[0]?.replaceAll("*", "1");
    const codes = snippets(location, { token, device });
    return [...new Set(sendingWays)].map((id) => ({ id, ...texts.connect.ways[id], code: codes[id] }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "token-shown": TokenShown;
  }
}
