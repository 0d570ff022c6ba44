/** The figures below a chart: least, mean and most of what is drawn, or the share of time of each state with its colour. */
import { html, nothing, type TemplateResult } from "lit";
import type { SeriesView } from "../client/hub-view.ts";
import type { DeviceFeed } from "../data/device-feed.ts";
import { formatNumber, formatShare } from "../data/format.ts";
import { stateHoldMs } from "../data/gaps.ts";
import { summaryOf } from "../data/line.ts";
import { NumberTrace } from "../data/number-trace.ts";
import { StateTrace } from "../data/state-trace.ts";
import { texts } from "../texts/index.ts";
import { stateName, stateToken } from "../widgets/state-strip.ts";

/** States that are named each; a device that reports a hundred has a key of one line. */
const statesNamed = 5;

interface Fact {
  readonly name: string;
  readonly value: string;
  /** The colour of a state, `--state-…`. */
  readonly token?: string;
}

export function metricFacts(series: SeriesView, feed: DeviceFeed): TemplateResult {
  const trace = feed.trace(series.entry.series);
  const facts = trace instanceof StateTrace ? sharesOf(trace, series, feed) : numbersOf(series, feed);
  return html`<dl class="numbers">
    ${facts.map(
      ({ name, value, token }) => html`<div>
        <dt title=${name}>${token ? html`<i class="key state-${token}"></i>` : nothing}${name}</dt>
        <dd>${value}</dd>
      </div>`,
    )}
  </dl>`;
}

/** Of a series of numbers what is drawn, in figures; undefined where nothing is. */
export function summaryIn({ entry }: SeriesView, feed: DeviceFeed): ReturnType<typeof summaryOf> {
  const trace = feed.trace(entry.series);
  if (!(trace instanceof NumberTrace)) return undefined;
  const { fromMs, toMs } = feed.window();
  return summaryOf(trace, fromMs, toMs);
}

/** Of a series of states the share of each, as a list in words; empty for numbers. */
export function sharesInWords(series: SeriesView, feed: DeviceFeed): string {
  const trace = feed.trace(series.entry.series);
  if (!(trace instanceof StateTrace)) return "";
  return sharesOf(trace, series, feed)
    .map(({ name, value }) => `${name} ${value}`)
    .join(", ");
}

function numbersOf(series: SeriesView, feed: DeviceFeed): Fact[] {
  const summary = summaryIn(series, feed);
  if (!summary) return [];
  return (["min", "mean", "max"] as const).map((name) => ({
    name: texts.chart[name],
    value: formatNumber(summary[name], series.decimals),
  }));
}

/** What is not named is counted, so that all together make a whole. */
function sharesOf(trace: StateTrace, series: SeriesView, feed: DeviceFeed): Fact[] {
  const { fromMs, toMs } = feed.window();
  const shares = trace.shares(fromMs, toMs, stateHoldMs(series.entry.reportInterval));
  // One more takes no more room than its count would.
  const named = shares.length === statesNamed + 1 ? shares.length : statesNamed;
  const facts: Fact[] = shares.slice(0, named).map(({ state, share }) => ({
    name: stateName(state),
    value: formatShare(share),
    token: stateToken(state, trace.rankOf(state)),
  }));
  const rest = shares.slice(named);
  if (rest.length === 0) return facts;
  const share = rest.reduce((sum, each) => sum + each.share, 0);
  return [...facts, { name: texts.chart.otherStates(rest.length), value: formatShare(share) }];
}
