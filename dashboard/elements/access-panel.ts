import { type CSSResultGroup, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import { progress } from "../client/progress.ts";
import { formatClock } from "../data/format.ts";
import { baseStyles, buttonStyles, searchStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { accessStyles } from "./access-styles.ts";
import { failureWords } from "./failure-words.ts";
import { focusedIn } from "./focused-in.ts";
import { PollController } from "./poll-controller.ts";

/** What a dialog is told to do when it closes; words as detail where something was done. */
export type DialogEnd = (event: CustomEvent<string | undefined>) => void;

/** A part of the page Access: a list that is asked for again and again, and dialogs that change it. */
export abstract class AccessPanel<Answer> extends LitElement {
  static override styles: CSSResultGroup = [baseStyles, buttonStyles, searchStyles, accessStyles];

  @property({ attribute: false }) hub!: Hub;
  @state() protected answer: Answer | undefined;
  /** What was done last, in words. */
  @state() protected said = "";
  @state() private dialog: ((end: DialogEnd) => TemplateResult) | undefined;
  @state() private problem: string | undefined;
  /** By the hub's clock, ms. */
  #answeredMs = 0;
  #opener: HTMLElement | undefined;
  #wasOpen = false;
  readonly #poll: PollController<Answer>;

  /** `path`: of the list, below `/api/v1/`. `everyMs`: from question to question, ms. */
  constructor(path: string, everyMs: number) {
    super();
    this.#poll = new PollController<Answer>(this, {
      hub: () => this.hub,
      path,
      everyMs,
      answered: (answer) => {
        this.answer = answer;
        this.#answeredMs = this.hub.client.now();
        this.told(answer);
      },
    });
    new Observer(this, () => this.hub?.client);
    new Observer(this, () => this.hub?.access);
    new Observer(this, () => everySecond);
  }

  /** The list came anew. */
  protected told(_answer: Answer): void {}

  /** What is above and in the list. */
  protected abstract list(answer: Answer): TemplateResult;

  /** By the hub's clock, ms. */
  protected get nowMs(): number {
    return this.hub.client.now();
  }

  /** Nothing can be asked before the hub is there, and the next turn is far. */
  override updated(): void {
    const isOpen = this.hub.client.state.state === "open";
    if (isOpen && !this.#wasOpen) this.again();
    this.#wasOpen = isOpen;
  }

  override render() {
    const { answer, problem } = this;
    const asked = this.#poll.problem;
    const isPast = answer !== undefined && this.#poll.isPast(this.#answeredMs);
    return html`
      ${isPast ? html`<p class="as-of numbers" role="status">${texts.asOf(formatClock(this.#answeredMs))}</p>` : nothing}
      ${asked === undefined ? nothing : html`<p class="trouble" role="status">${texts.access.failed(asked)}</p>`}
      <div role="alert">${problem === undefined ? nothing : html`<p class="trouble">${problem}</p>`}</div>
      <p class="said" role="status">${this.said}</p>
      ${answer ? this.list(answer) : asked === undefined ? html`<p class="note" role="status">${texts.access.loading}</p>` : nothing}
      ${this.dialog?.(this.#closed)}
    `;
  }

  /** Asks for the list now. */
  protected again(): void {
    this.#poll.ask();
  }

  /** Does something at once; what became of it is told above the list. */
  protected async order(work: () => Promise<string>): Promise<void> {
    this.said = "";
    this.problem = undefined;
    try {
      this.said = await progress.during(work());
    } catch (error) {
      this.problem = texts.access.notDone(failureWords(error));
    }
    this.again();
  }

  /** Opens a dialog once its code is there; the focus is where it was when it closes. */
  protected async open(code: Promise<unknown>, dialog: (end: DialogEnd) => TemplateResult): Promise<void> {
    this.said = "";
    this.problem = undefined;
    this.#opener = focusedIn(this.renderRoot);
    try {
      await progress.during(code);
      this.dialog = dialog;
    } catch {
      this.problem = texts.pages.failed;
    }
  }

  readonly #closed: DialogEnd = ({ detail }) => {
    this.dialog = undefined;
    this.#opener?.focus();
    // Nothing at all comes as null.
    if (typeof detail !== "string") return;
    this.said = detail;
    this.again();
  };
}
