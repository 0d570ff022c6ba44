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
  ];
}

/** Of linked charts: they move together, wherever on their page the focus is. */
export function exploreKeys(): Shortcut[] {
  const { chart } = texts.shortcuts;
  return [
    { keys: ["/"], does: texts.explore.add },
    { keys: ["←", "→"], does: chart.move },
    { keys: ["+", "−"], does: chart.zoom },
    { keys: ["L"], does: texts.explore.backToLive },
    { keys: ["Ctrl", "Z"], does: texts.explore.undo },
    { keys: ["Ctrl", "Y"], does: texts.explore.redo },
    { keys: ["Shift", "←", "→"], does: chart.walk },
  ];
}
