import { type CSSResultGroup, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { everySecond, Observer } from "../client/controllers.ts";
import type { Hub } from "../client/hub.ts";
import { progress } from "../client/progress.ts";
import { formatClock } from "../data/format.ts";
import { baseStyles, buttonStyles, searchStyles } from "../styles/shared.ts";
import { texts } from "../texts/index.ts";
import { accessStyles } from "./access-styles.ts";
import type { Question } from "./confirm-dialog.ts";
import { DialogHolder } from "./dialog-holder.ts";
import { failureWords } from "./failure-words.ts";
import { FocusAfter } from "./focus-after.ts";
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
  @state() private problem: string | undefined;
  /** By the hub's clock, ms. */
  #answeredMs = 0;
  #opener: HTMLElement | undefined;
  /** In which row the focus was when something was begun: where that row goes, the next one gets it. */
  #row = -1;
  readonly #dialog = new DialogHolder();
  readonly #focus = new FocusAfter(this, () => this.#inRow() ?? this.renderRoot.querySelector<HTMLElement>(".said"));
  #wasOpen = false;
  readonly #poll: PollController<Answer>;

  /** `path`: of the list, below `/api/v1/`. `everyMs`: from question to question, ms; of a long list more, by what was answered. */
  constructor(path: string, everyMs: number | ((answer: Answer | undefined) => number)) {
    super();
    this.#poll = new PollController<Answer>(this, {
      hub: () => this.hub,
      path,
      everyMs: typeof everyMs === "number" ? everyMs : () => everyMs(this.answer),
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

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#dialog.leave();
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
      <p class="said" role="status" tabindex="-1">${this.said}</p>
      ${answer ? this.list(answer) : asked === undefined ? html`<p class="note" role="status">${texts.access.loading}</p>` : nothing}
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
    this.#row = this.#focusedRow();
    try {
      this.said = await progress.during(work());
      this.#focus.begin();
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
    this.#row = this.#focusedRow();
    try {
      await progress.during(code);
      if (this.isConnected) this.#dialog.show(dialog(this.#closed), this.hub.access);
    } catch {
      this.problem = texts.pages.failed;
    }
  }

  /** Asks once more before something is done that is not to be undone. */
  protected confirm(question: Question): void {
    void this.open(
      import("./confirm-dialog.ts"),
      (end) => html`<confirm-dialog .hub=${this.hub} .question=${question} @closed=${end}></confirm-dialog>`,
    );
  }

  readonly #closed: DialogEnd = ({ detail }) => {
    this.#dialog.close();
    this.#opener?.focus();
    // Nothing at all comes as null.
    if (typeof detail !== "string") return;
    this.said = detail;
    this.#focus.begin();
    this.again();
  };

  get #rows(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>(".rows > li")];
  }

  #focusedRow(): number {
    const row = this.shadowRoot?.activeElement?.closest("li") ?? undefined;
    return row === undefined ? -1 : this.#rows.indexOf(row);
  }

  /** What can be done to the row that stands where the one was that is gone, or to the last. */
  #inRow(): HTMLElement | undefined {
    const rows = this.#rows;
    const row = this.#row < 0 ? undefined : (rows[this.#row] ?? rows.at(-1));
    const does = row?.querySelector<HTMLElement>("action-menu, .do .button");
    return does?.shadowRoot?.querySelector<HTMLElement>("button") ?? does ?? undefined;
  }
}
