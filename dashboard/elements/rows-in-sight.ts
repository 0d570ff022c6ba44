import type { LitElement, ReactiveController } from "lit";

/** Heights of a row, CSS pixels: for a mouse, and of a finger's width where a finger is the pointer. */
export interface RowHeights {
  readonly fine: number;
  readonly coarse: number;
}

/** Of all rows: how many there are, and which one Tab reaches. */
export interface Rows {
  count(): number;
  focused(): number;
  /** A person moved to another one. */
  focus(row: number): void;
}

/** Rows beyond the edges of what is seen, so that scrolling finds them there. */
const spareRows = 4;

const coarse = matchMedia("(pointer: coarse)");

/**
 * Of a long table only the rows in sight exist: tells which, and moves the focus over all of them by keys. The host has a
 * `.scroller` with `@scroll=${rows.look}`, in it a `.head` that stays, and rows whose links bear their number in `data-row`.
 */
export class RowsInSight implements ReactiveController {
  readonly #host: LitElement;
  readonly #heights: RowHeights;
  readonly #rows: Rows;
  readonly #resized = new ResizeObserver(() => this.look());
  #scroller: HTMLElement | null = null;
  #first = 0;
  #inSight = 24;

  constructor(host: LitElement, heights: RowHeights, rows: Rows) {
    this.#host = host;
    this.#heights = heights;
    this.#rows = rows;
    host.addController(this);
  }

  hostUpdated(): void {
    if (this.#scroller) return;
    this.#scroller = this.#host.renderRoot.querySelector<HTMLElement>(".scroller");
    if (this.#scroller) this.#resized.observe(this.#scroller);
  }

  hostDisconnected(): void {
    this.#resized.disconnect();
    this.#scroller = null;
  }

  get rowPx(): number {
    return coarse.matches ? this.#heights.coarse : this.#heights.fine;
  }

  /** The rows that exist: the first, and the one behind the last. */
  get range(): readonly [first: number, end: number] {
    const count = this.#rows.count();
    const first = Math.max(0, Math.min(this.#first, count - this.#inSight) - spareRows);
    return [first, Math.min(count, first + this.#inSight + 2 * spareRows)];
  }

  readonly look = (): void => {
    const scroller = this.#scroller;
    if (!scroller) return;
    const first = Math.floor(scroller.scrollTop / this.rowPx);
    const inSight = Math.ceil(scroller.clientHeight / this.rowPx) + 1;
    if (first === this.#first && inSight === this.#inSight) return;
    this.#first = first;
    this.#inSight = inSight;
    this.#host.requestUpdate();
  };

  /** Arrows, page, home and end on a row's link. */
  readonly key = (event: KeyboardEvent): void => {
    const page = Math.max(1, this.#inSight - 3);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const step = steps[event.key];
    const onRow = (event.composedPath()[0] as HTMLElement).matches("a");
    if (step === undefined || !onRow) return;
    event.preventDefault();
    void this.moveTo(Math.max(0, Math.min(this.#rows.count() - 1, this.#rows.focused() + step)));
  };

  /** Moves the focus to the row that had it, or the first. */
  focusFirst(): void {
    this.#host.renderRoot.querySelector<HTMLElement>('a[tabindex="0"]')?.focus();
  }

  /** Moves the focus to a row, which may have to be scrolled into being first. */
  async moveTo(row: number): Promise<void> {
    const scroller = this.#scroller;
    if (!scroller) return;
    const { rowPx } = this;
    const root = this.#host.renderRoot;
    const headPx = root.querySelector<HTMLElement>(".head")?.offsetHeight ?? 0;
    const top = row * rowPx;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + rowPx + headPx > scroller.scrollTop + scroller.clientHeight) {
      scroller.scrollTop = top + rowPx + headPx - scroller.clientHeight;
    }
    this.#rows.focus(row);
    this.look();
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    root.querySelector<HTMLElement>(`a[data-row="${row}"]`)?.focus();
  }
}
