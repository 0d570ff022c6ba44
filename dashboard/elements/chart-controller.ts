/** What every element with a chart needs: drawn in the common frame, only in sight, at its size, in the present theme. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { HubClient } from "../client/hub-client.ts";
import type { TimeWindow } from "../data/ranges.ts";
import { theme } from "../data/theme.ts";
import { cancelDraw, type Drawn, requestDraw } from "../widgets/frames.ts";

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** Charts are ready when they scroll in. */
const readyWithin = "160px";

export interface ChartOwner {
  /** Draws. Returns in how many ms it has to be drawn again, or undefined where only new data changes it. */
  draw(): number | undefined;
  resize(): void;
  recolour(): void;
  /** The element left the page: its chart goes, and is made anew where it comes back. */
  close(): void;
}

/** Draws after each update of the element, and when `request` asks for it. */
export class ChartController implements ReactiveController, Drawn {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #owner: ChartOwner;
  #inSight = false;
  #ends: (() => void)[] = [];

  constructor(host: ReactiveControllerHost & HTMLElement, owner: ChartOwner) {
    this.#host = host;
    this.#owner = owner;
    host.addController(this);
  }

  hostConnected(): void {
    const sight = new IntersectionObserver(
      ([entry]) => {
        this.#inSight = entry?.isIntersecting ?? false;
        if (this.#inSight) requestDraw(this);
        else cancelDraw(this);
      },
      { rootMargin: readyWithin },
    );
    sight.observe(this.#host);
    const size = new ResizeObserver(() => {
      this.#owner.resize();
      requestDraw(this);
    });
    size.observe(this.#host);
    const endTheme = theme.listen(() => {
      this.#owner.recolour();
      requestDraw(this);
    });
    this.#ends = [() => sight.disconnect(), () => size.disconnect(), endTheme];
  }

  hostUpdated(): void {
    requestDraw(this);
  }

  hostDisconnected(): void {
    for (const end of this.#ends) end();
    cancelDraw(this);
    this.#owner.close();
  }

  /** Something changed that is drawn. */
  request(): void {
    if (this.#inSight) requestDraw(this);
  }

  draw(): number | undefined {
    return this.#inSight && this.#host.isConnected ? this.#owner.draw() : undefined;
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
