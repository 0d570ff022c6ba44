/** The tokens that canvases need: CSS custom properties do not reach them by themselves. */
import { theme } from "../data/theme.ts";

export interface ChartColours {
  readonly line: string;
  readonly band: string;
  readonly grid: string;
  readonly text: string;
  readonly gap: string;
  readonly rise: string;
  readonly fall: string;
  readonly ok: string;
  readonly idle: string;
  readonly warn: string;
  readonly alarm: string;
  readonly surface: string;
  readonly on: string;
  readonly onText: string;
  readonly off: string;
  readonly offText: string;
  /** Lines of several series in one chart. */
  readonly traces: readonly string[];
  /** Fills for the states of a text series, in order of appearance. */
  readonly states: readonly string[];
  readonly stateText: string;
  readonly font: string;
}

let colours: ChartColours | undefined;
theme.listen(() => {
  colours = undefined;
});

/** The present theme's colours, read once a theme. */
export function chartColours(): ChartColours {
  if (colours) return colours;
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  colours = {
    line: token("chart-line"),
    band: token("chart-band"),
    grid: token("chart-grid"),
    text: token("text-muted"),
    gap: token("chart-gap"),
    rise: token("rise"),
    fall: token("fall"),
    ok: token("ok"),
    idle: token("idle"),
    warn: token("warn"),
    alarm: token("alarm"),
    surface: token("surface"),
    on: token("state-on"),
    onText: token("state-on-text"),
    off: token("state-off"),
    offText: token("state-off-text"),
    traces: [1, 2, 3, 4, 5, 6, 7, 8].map((index) => token(`trace-${index}`)),
    states: [1, 2, 3, 4, 5, 6].map((index) => token(`state-${index}`)),
    stateText: token("state-text"),
    font: token("font"),
  };
  return colours;
}
