import { html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { SessionEntry, SessionsAnswer } from "../../server/protocol/index.ts";
import { agentOf } from "../data/agent.ts";
import { formatCount, formatInstant } from "../data/format.ts";
import { texts } from "../texts/index.ts";
import { AccessPanel } from "./access-panel.ts";
import { ageOrDate } from "./values.ts";

/** Browsers that are signed in: one's own, and to an admin all. */
@customElement("access-sessions")
export class AccessSessions extends AccessPanel<SessionsAnswer> {
  constructor() {
    super("sessions", 15_000);
  }

  protected override list({ sessions }: SessionsAnswer) {
    const words = texts.access.sessions;
    const { session } = this.hub.access;
    const isPerson = session?.kind === "person";
    const mine = sessions.filter(({ person }) => isPerson && person === session.name);
    const others = sessions.filter((each) => !mine.includes(each));
    const further = mine.filter(({ current }) => !current);
    return html`
      <p class="intro">${words.intro}</p>
      ${
        isPerson
          ? html`<div class="bar">
              <div class="end">
                ${
                  further.length === 0
                    ? nothing
                    : html`<button type="button" class="button" @click=${() => this.#endAll(further)}>${words.endOthers}</button>`
                }
                <button type="button" class="button" @click=${this.#password}>${words.password}</button>
              </div>
            </div>`
          : nothing
      }
      ${sessions.length === 0 ? html`<div class="empty"><strong>${words.none}</strong></div>` : nothing}
      ${this.#rows(words.mine, mine)} ${this.#rows(words.others, others)}
    `;
  }

  #rows(heading: string, sessions: readonly SessionEntry[]) {
    if (sessions.length === 0) return nothing;
    return html`<h2>${heading}</h2>
      <ul class="rows">
        ${repeat(
          sessions,
          ({ id }) => id,
          (session) => this.#row(session),
        )}
      </ul>`;
  }

  #row(session: SessionEntry) {
    const words = texts.access.sessions;
    const { person, agent, address, created, seen, expires, current } = session;
    const now = this.nowMs;
    const called = agentWords(agent);
    return html`<li>
      <div class="what">
        <div class="title">
          <span title=${agent}>${called}</span>
          ${current ? html`<span class="pill mine">${words.current}</span>` : html`<span class="pill">${person}</span>`}
        </div>
        <div class="facts numbers">
          <span>${words.from(address)}</span>
          <span>${words.seen(ageOrDate(seen, now))}</span>
          <span>${words.since(ageOrDate(created, now))}</span>
          <span>${texts.access.tokens.expires(formatInstant(expires, now, 60_000))}</span>
        </div>
      </div>
      <div class="do">
        <button type="button" class="button" aria-label=${words.endOf(`${called}, ${person}`)} @click=${() => this.#end(session)}>
          ${words.end}
        </button>
      </div>
    </li>`;
  }

  #end({ id, current }: SessionEntry): void {
    void this.order(async () => {
      if (current) await this.hub.access.signOut();
      else await this.#endOne(id);
      return texts.access.sessions.ended;
    });
  }

  #endAll(sessions: readonly SessionEntry[]): void {
    void this.order(async () => {
      for (const { id } of sessions) await this.#endOne(id);
      return texts.access.sessions.endedOthers(formatCount(sessions.length), sessions.length === 1);
    });
  }

  async #endOne(id: string): Promise<void> {
    await this.hub.api.delete(`sessions/${encodeURIComponent(id)}`);
  }

  #password(): void {
    void this.open(
      import("./password-change.ts"),
      (end) => html`<password-change .hub=${this.hub} @closed=${end}></password-change>`,
    );
  }
}

function agentWords(text: string): string {
  const { browser, system } = agentOf(text);
  const words = texts.access.sessions;
  return browser === "" ? text.slice(0, 60) || words.unknownAgent : words.agent(browser, system);
}
