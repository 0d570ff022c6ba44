/** What the cards of the hub's page say of each figure. */
import type { StatusAnswer } from "../../server/protocol/index.ts";
import { formatCount, formatDuration, formatNumber, formatShare } from "../data/format.ts";
import { formatBytes, formatLatency, formatLimit } from "../data/sizes.ts";
import { budgetInMs, fullInMs, growthLeastMs, growthMostMs, growthOf, journalFills } from "../data/status-growth.ts";
import type { StatusFigure, StatusHistory } from "../data/status-history.ts";
import { flags, levelsOf } from "../data/status-limits.ts";
import { texts } from "../texts/index.ts";
import { axisValues } from "../widgets/plot-parts.ts";
import { byteLabels, countLabels, latencyLabels, type StatusAxis } from "./status-axis.ts";
import type { StatusFacts } from "./status-card.ts";

const plain: StatusAxis = { fromLeast: false, whole: false, labels: axisValues };
const timed: StatusAxis = { ...plain, labels: latencyLabels };
const counted: StatusAxis = { fromLeast: false, whole: true, labels: countLabels };
const sized: StatusAxis = { fromLeast: false, whole: true, labels: byteLabels };

/** The cards, in their order, with what is said in each. */
export function statusCards(status: StatusAnswer, history: StatusHistory): [StatusFigure, StatusFacts][] {
  const { cards, details, near, slowLimit, below, perSecond } = texts.hub;
  const { readings, ackMs, fsyncMs, queue, loopDelayMs, connections, devices, slowViewers, store, limits } = status;
  const levels = levelsOf(status);
  const latency = { format: formatLatency, axis: timed, level: "ok" } as const;
  const count = { format: (value: number) => formatCount(Math.round(value)), axis: counted, level: "ok" } as const;
  const bytes = { format: formatBytes, axis: sized } as const;
  const full = queue.bytes / limits.undecidedBytesTotal;
  return [
    [
      "readings",
      {
        label: cards.readings,
        value: readings.perSecond,
        format: (value) => (value < 100 ? formatNumber(value, 1) : formatCount(Math.round(value))) + perSecond,
        axis: plain,
        detail: details.readings(formatCount(readings.stored), formatCount(readings.rejected)),
        level: "ok",
      },
    ],
    [
      "ack",
      {
        ...{ ...latency, label: cards.ack, value: ackMs.p99, level: levels.ack },
        detail: details.half(formatLatency(ackMs.p50)),
      },
    ],
    ["fsync", { ...latency, label: cards.fsync, value: fsyncMs.p99, detail: details.half(formatLatency(fsyncMs.p50)) }],
    [
      "queue",
      {
        ...{ ...bytes, label: cards.queue, value: queue.bytes, level: levels.queue },
        detail: details.queue(formatCount(queue.frames)),
        near:
          levels.queue === "ok"
            ? undefined
            : near(formatShare(full), formatLimit(limits.undecidedBytesTotal), flags.undecidedBytesTotal),
      },
    ],
    ["loop", { ...latency, label: cards.loop, value: loopDelayMs.p99, detail: details.loop, level: levels.loop }],
    [
      "devices",
      {
        ...{ ...count, label: cards.devices, value: connections.devices },
        detail: details.devices(formatCount(devices.online), formatCount(devices.silent), formatCount(devices.offline)),
      },
    ],
    [
      "viewers",
      {
        ...{ ...count, label: cards.viewers, value: connections.viewers, level: levels.viewers },
        detail: slowViewers === 0 ? details.noneSlow : details.slow(formatCount(slowViewers)),
        near: slowViewers === 0 ? undefined : slowLimit(formatLimit(limits.slowViewerBytes), flags.slowViewerBytes),
      },
    ],
    [
      "disk",
      {
        ...{
          ...bytes,
          label: cards.disk,
          value: store.diskFreeBytes,
          level: levels.disk,
          axis: { ...sized, fromLeast: true },
        },
        detail: untilFull(status, history),
        near: levels.disk === "ok" ? undefined : below(formatLimit(limits.minFreeBytes ?? 0), flags.minFreeBytes),
      },
    ],
  ];
}

function untilFull(status: StatusAnswer, history: StatusHistory): string {
  const { details } = texts.hub;
  const growth = growthOf(history.trace("stored"));
  if (!growth) return details.rateLater(formatDuration(growthLeastMs));
  const ms = fullInMs(growth, status);
  if (ms === undefined) return details.notGrowing;
  const toBudgetMs = budgetInMs(growth, status) ?? Number.POSITIVE_INFINITY;
  if (Math.min(ms, toBudgetMs) > growthMostMs) return details.fullNotSoon;
  if (toBudgetMs < ms) return details.budgetIn(formatDuration(toBudgetMs));
  return journalFills(status) ? details.fullNotBefore(formatDuration(ms)) : details.fullIn(formatDuration(ms));
}
