/** The keys of charts, as the sheet of shortcuts shows them. */
import type { Shortcut } from "../client/commands.ts";
import { texts } from "../texts/index.ts";

/** Of a chart that is walked by `moveCrosshair`. */
export function crosshairKeys(): Shortcut[] {
  const { walk, leap, ends } = texts.shortcuts.chart;
  return [
    { keys: ["←", "→"], does: walk },
    { keys: ["Shift", "←", "→"], does: leap },
    { keys: ["Home", "End"], does: ends },
  ];
}

/** Of a chart of candles. */
export function candleKeys(): Shortcut[] {
  const { chart } = texts.shortcuts;
  return [
    ...crosshairKeys(),
    { keys: ["+", "−"], does: chart.zoom },
    { keys: ["Page Up", "Page Down"], does: chart.move },
    ...windowKeys(),
    ...windowGestures(),
  ];
}

/** Of a window that a hand moves, wherever on its page the focus is. */
function windowKeys(): Shortcut[] {
  const { backToLive, undo, redo } = texts.chart;
  return [
    { keys: ["L"], does: backToLive },
    { keys: ["Ctrl", "Z"], does: undo },
    { keys: ["Ctrl", "Y"], does: redo },
  ];
}

/** What a mouse does in such a chart: nobody would look for it elsewhere. */
function windowGestures(): Shortcut[] {
  const { drag, doubleClick, wheel, stretch, move, out, zoomAt } = texts.shortcuts.chart;
  return [
    { keys: [drag], does: stretch },
    { keys: ["Shift", drag], does: move },
    { keys: [doubleClick], does: out },
    { keys: ["Ctrl", wheel], does: zoomAt },
  ];
}

/** Of linked charts: they move together, wherever on their page the focus is. */
export function exploreKeys(): Shortcut[] {
  const { chart } = texts.shortcuts;
  return [
    { keys: ["/"], does: texts.chart.addSeries },
    { keys: ["←", "→"], does: chart.move },
    { keys: ["+", "−"], does: chart.zoom },
    ...windowKeys(),
    { keys: ["Shift", "←", "→"], does: chart.walk },
    ...windowGestures(),
  ];
}
