/** One animation frame for all charts: each says when it has to be drawn next, and is drawn with the others then. */

export interface Drawn {
  /** Draws. Returns in how many ms it has to be drawn again, or undefined where only new data changes it. */
  draw(): number | undefined;
}

const due = new Map<Drawn, number>();
let timer: ReturnType<typeof setTimeout> | undefined;
let timerAt = Number.POSITIVE_INFINITY;
let frame: number | undefined;

/** Has `drawn` drawn in the first frame after `delayMs`. An earlier request stands. */
export function requestDraw(drawn: Drawn, delayMs = 0): void {
  const at = performance.now() + delayMs;
  const known = due.get(drawn);
  if (known !== undefined && known <= at) return;
  due.set(drawn, at);
  wakeAt(at);
}

export function cancelDraw(drawn: Drawn): void {
  due.delete(drawn);
}

function wakeAt(at: number): void {
  if (frame !== undefined) return;
  const delay = at - performance.now();
  if (delay <= 0) {
    clearTimeout(timer);
    timerAt = Number.POSITIVE_INFINITY;
    frame = requestAnimationFrame(drawDue);
  } else if (at < timerAt) {
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(() => {
      timerAt = Number.POSITIVE_INFINITY;
      wakeAt(performance.now());
    }, delay);
  }
}

function drawDue(): void {
  frame = undefined;
  const now = performance.now();
  for (const [drawn, at] of [...due]) {
    if (at > now) continue;
    due.delete(drawn);
    const again = drawn.draw();
    if (again !== undefined) due.set(drawn, now + again);
  }
  const next = Math.min(...due.values());
  if (Number.isFinite(next)) wakeAt(next);
}
