/** What every element with a chart needs: drawn in the common frame, only in sight, at its size, in the present theme. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { HubClient } from "../client/hub-client.ts";
import type { TimeWindow } from "../data/ranges.ts";
import { theme } from "../data/theme.ts";
import { cancelDraw, type Drawn, requestDraw } from "../widgets/frames.ts";

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** Charts so near are ready when they scroll in: their words are kept, and they are drawn now and then. */
const readyWithin = "160px";
const nearMs = 1_000;

/** After a change of words a chart is drawn with its next reading, or then, ms. */
const wordsMs = 250;

export interface ChartOwner {
  /** Draws. Returns in how many ms it has to be drawn again, or undefined where only new data changes it. */
  draw(): number | undefined;
  /** What has to be in sight for it to be drawn; by default the element. */
  seen?(): Element | null;
  resize(): void;
  recolour(): void;
  /** The element left the page: its chart goes, and is made anew where it comes back. */
  close(): void;
}

/** Draws when `request` asks for it and after updates of the element. What is not in sight, or in a hidden tab, costs nothing. */
export class ChartController implements ReactiveController, Drawn {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #owner: ChartOwner;
  #inSight = false;
  #near = false;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #sight: IntersectionObserver | undefined;
  #seen: Element | undefined;
  #ends: (() => void)[] = [];

  constructor(host: ReactiveControllerHost & HTMLElement, owner: ChartOwner) {
    this.#host = host;
    this.#owner = owner;
    host.addController(this);
  }

  /** Whether what the element says is seen now, or may be in a moment; else it need not say it. */
  get near(): boolean {
    return this.#near && document.visibilityState === "visible";
  }

  hostConnected(): void {
    this.#sight = new IntersectionObserver((entries) => {
      this.#inSight = entries.at(-1)?.isIntersecting ?? false;
      if (this.#inSight) requestDraw(this);
    });
    this.#watch();
    const nearness = new IntersectionObserver(
      (entries) => {
        this.#near = entries.at(-1)?.isIntersecting ?? false;
        if (this.#near) requestDraw(this);
        else cancelDraw(this);
      },
      { rootMargin: readyWithin },
    );
    nearness.observe(this.#host);
    const size = new ResizeObserver(() => {
      this.#owner.resize();
      requestDraw(this);
    });
    size.observe(this.#host);
    const endTheme = theme.listen(() => {
      this.#owner.recolour();
      requestDraw(this);
    });
    this.#ends = [() => this.#sight?.disconnect(), () => nearness.disconnect(), () => size.disconnect(), endTheme];
  }

  /** The element that has to be in sight is there after the first update only. */
  #watch(): void {
    const seen = this.#owner.seen?.() ?? this.#host;
    if (seen === this.#seen) return;
    this.#sight?.disconnect();
    this.#seen = seen;
    this.#sight?.observe(seen);
  }

  hostUpdated(): void {
    this.#watch();
    requestDraw(this, Math.max(0, this.#drawnAt + wordsMs - performance.now()));
  }

  hostDisconnected(): void {
    for (const end of this.#ends) end();
    this.#seen = undefined;
    this.#inSight = false;
    this.#near = false;
    cancelDraw(this);
    this.#owner.close();
  }

  /** Something changed that is drawn. */
  request(): void {
    if (this.#inSight) requestDraw(this);
    else if (this.#near) requestDraw(this, nearMs);
  }

  draw(): number | undefined {
    if (!this.#near || !this.#host.isConnected) return undefined;
    this.#drawnAt = performance.now();
    const again = this.#owner.draw();
    return again === undefined || this.#inSight ? again : Math.max(nearMs, again);
  }
}

/** When a chart of this window has to be drawn again: when it has moved by one pixel; undefined where it stands still. */
export function nextFrameMs(
  client: HubClient,
  { fromMs, toMs, live }: TimeWindow,
  widthPx: number,
): number | undefined {
  if (!live || client.state.state !== "open") return undefined;
  return Math.max(reducedMotion.matches ? 1_000 : 33, (toMs - fromMs) / Math.max(1, widthPx));
}

/** Puts the words of the crosshair over it, within the chart; by script, since the page allows no style attributes. */
export function placeChip(chip: HTMLElement, { clientWidth }: HTMLElement, leftPx: number): void {
  const half = chip.offsetWidth / 2;
  const left = Math.max(half, Math.min(clientWidth - half, leftPx));
  chip.style.transform = `translateX(${Math.round(left - half)}px)`;
}

/** Moves a chart's crosshair by the keyboard: arrows by rows, with Shift by ten, Home and End; Escape takes it away. */
export function moveCrosshair(
  event: KeyboardEvent,
  plot: { step(rows: number): void; leave(): void } | undefined,
): void {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    Home: Number.NEGATIVE_INFINITY,
    End: Number.POSITIVE_INFINITY,
  };
  if (event.key === "Escape") plot?.leave();
  const step = steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  plot?.step(event.shiftKey ? step * 10 : step);
}
