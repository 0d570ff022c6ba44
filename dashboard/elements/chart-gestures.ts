/** How a hand moves the window of a chart: Shift and drag, wheel, two fingers; one finger moves the crosshair. */

import type { TimeSpan } from "../data/ranges.ts";
import { panned, pinched, zoomed } from "../data/window-moves.ts";

/** What a hand moves. */
export interface MovedWindow {
  /** What is drawn now. */
  window(): TimeSpan;
  /** No window ends later, ms. */
  latestMs(): number;
  /** The window follows the hand. */
  moved(span: TimeSpan): void;
  /** The hand let go. */
  settled(): void;
}

/** Of a wheel's turn in pixels; a notch is about 100. */
const zoomPerPixel = 0.0025;

/** Two taps within so many ms are a double one, as mice have it. */
const doubleTapMs = 320;
const doubleTapPx = 24;

/** Attaches to the element that holds a plot. `back`: out of what was zoomed into last. Returns how to end it. */
export function followGestures(host: HTMLElement, moved: MovedWindow, back: () => void): () => void {
  const ends = new AbortController();
  const { signal } = ends;
  const area = () => (host.querySelector<HTMLElement>(".u-over") ?? host).getBoundingClientRect();
  const shareAt = (clientX: number) => {
    const { left, width } = area();
    return width > 0 ? (clientX - left) / width : 0.5;
  };
  const msAt = (clientX: number, { fromMs, toMs }: TimeSpan) => fromMs + shareAt(clientX) * (toMs - fromMs);

  // The plot itself listens to mice: what is meant for the window must not begin a selection there.
  host.addEventListener(
    "mousedown",
    (event) => {
      if (!event.shiftKey || event.button !== 0) return;
      event.stopPropagation();
      event.preventDefault();
      host.focus();
      const start = moved.window();
      const perPixel = (start.toMs - start.fromMs) / Math.max(1, area().width);
      const drag = new AbortController();
      const dragSignal = AbortSignal.any([signal, drag.signal]);
      const move = ({ clientX }: MouseEvent) =>
        moved.moved(panned(start, (event.clientX - clientX) * perPixel, moved.latestMs()));
      const up = () => {
        drag.abort();
        moved.settled();
      };
      addEventListener("mousemove", move, { signal: dragSignal });
      addEventListener("mouseup", up, { signal: dragSignal });
    },
    { capture: true, signal },
  );

  host.addEventListener(
    "dblclick",
    (event) => {
      event.stopPropagation();
      event.preventDefault();
      back();
    },
    { capture: true, signal },
  );

  host.addEventListener(
    "wheel",
    (event) => {
      const window = moved.window();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const factor = Math.exp(event.deltaY * unit * zoomPerPixel);
        moved.moved(zoomed(window, factor, msAt(event.clientX, window), moved.latestMs()));
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        const perPixel = (window.toMs - window.fromMs) / Math.max(1, area().width);
        moved.moved(panned(window, event.deltaX * unit * perPixel, moved.latestMs()));
      } else return;
      moved.settled();
    },
    { passive: false, signal },
  );

  followTouch(host, moved, { back, shareAt, msAt, signal });
  return () => ends.abort();
}

interface Places {
  back(): void;
  shareAt(clientX: number): number;
  msAt(clientX: number, window: TimeSpan): number;
  readonly signal: AbortSignal;
}

function followTouch(host: HTMLElement, moved: MovedWindow, { back, shareAt, msAt, signal }: Places): void {
  let pinch: readonly [number, number] | undefined;
  let lastTap = { atMs: Number.NEGATIVE_INFINITY, x: 0 };
  const point = ({ clientX, clientY }: Touch) => {
    const over = host.querySelector(".u-over");
    over?.dispatchEvent(new MouseEvent("mousemove", { clientX, clientY, bubbles: true, composed: true }));
  };
  const begin = ({ touches }: TouchEvent) => {
    const [one, other] = touches;
    if (one && other) {
      const window = moved.window();
      pinch = [msAt(one.clientX, window), msAt(other.clientX, window)];
    } else if (one) point(one);
  };
  const move = (event: TouchEvent) => {
    const [one, other] = event.touches;
    if (pinch && one && other) {
      // Or else the page scrolls below the fingers.
      if (event.cancelable) event.preventDefault();
      const now = [shareAt(one.clientX), shareAt(other.clientX)] as const;
      moved.moved(pinched(moved.window(), pinch, now, moved.latestMs()));
    } else if (one && !pinch) point(one);
  };
  const end = (event: TouchEvent) => {
    if (pinch) {
      if (event.touches.length > 0) return;
      pinch = undefined;
      moved.settled();
      return;
    }
    const [touch] = event.changedTouches;
    if (!touch || event.type === "touchcancel") return;
    const nowMs = event.timeStamp;
    if (nowMs - lastTap.atMs < doubleTapMs && Math.abs(touch.clientX - lastTap.x) < doubleTapPx) {
      // The browser's own double click follows, and means the same.
      if (event.cancelable) event.preventDefault();
      lastTap = { atMs: Number.NEGATIVE_INFINITY, x: 0 };
      back();
    } else lastTap = { atMs: nowMs, x: touch.clientX };
  };
  host.addEventListener("touchstart", begin, { passive: true, signal });
  host.addEventListener("touchmove", move, { passive: false, signal });
  host.addEventListener("touchend", end, { passive: false, signal });
  host.addEventListener("touchcancel", end, { passive: true, signal });
}
