/** What the command palette finds: devices, series, pages and commands by words, and what was used last. */
import type { TemplateResult } from "lit";
import type { DeviceEntry, LiveSeriesEntry } from "../../server/protocol/index.ts";
import { type Command, offeredCommands } from "../client/commands.ts";
import type { Hub } from "../client/hub.ts";
import type { DeviceView, SeriesView } from "../client/hub-view.ts";
import { keep, kept, recentKey } from "../client/kept.ts";
import { exploreChoiceOf, hrefOf, type SeriesName, withSeries } from "../data/explore-choice.ts";
import { Best, closeness, type Searchable, wordsIn } from "../data/palette-search.ts";
import { deviceHref, go, pageHref, parseRoute } from "../data/route.ts";
import { texts } from "../texts/index.ts";
import { troubleOf, troubles } from "./fleet-order.ts";
import { icons } from "./icons.ts";
import type { OfferedPage } from "./page-nav.ts";
import { deviceLabel, presenceDot, seriesLabel, valueWithUnit } from "./values.ts";

export type PaletteGroupKey = keyof typeof texts.search.groups;

/** One line of the palette. */
export interface PaletteItem {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  /** Said at the far end: what is so now. */
  readonly now: string;
  /** How bad that is. */
  readonly level?: "trouble" | "alarm";
  readonly sign: TemplateResult;
  run(): void;
}

interface CommandItem extends PaletteItem {
  readonly words: string;
}

export interface PaletteGroup {
  readonly key: PaletteGroupKey;
  readonly items: readonly PaletteItem[];
  /** How many more fit. */
  readonly left: number;
}

const mostRecent = 5;
const mostFound = 7;

export class PaletteFinder {
  readonly #hub: Hub;
  readonly #pages: () => readonly OfferedPage[];
  /** What the page's shell offers itself; all else is offered by what is shown. */
  readonly #own: () => readonly Command[];
  readonly #devices = new WeakMap<DeviceEntry, Searchable>();
  readonly #series = new WeakMap<LiveSeriesEntry, Searchable>();
  #recent: readonly string[] = readRecent();

  constructor(hub: Hub, pages: () => readonly OfferedPage[], own: () => readonly Command[]) {
    this.#hub = hub;
    this.#pages = pages;
    this.#own = own;
  }

  /** The groups with anything in them, the best first; without a query what was used last, what is wrong and what can be done. */
  find(query: string): PaletteGroup[] {
    const words = wordsIn(query);
    const found =
      words.length === 0
        ? [this.#used(), this.#inTrouble(), ...this.#commands(words)]
        : [this.#foundDevices(words), this.#foundSeries(words), ...this.#commands(words)];
    const groups = found.filter(({ items }) => items.length > 0);
    return groups.sort((a, b) => a.best - b.best);
  }

  /** Does it, and keeps that it was done. */
  run(item: PaletteItem): void {
    this.#recent = [item.id, ...this.#recent.filter((id) => id !== item.id)].slice(0, mostRecent);
    keep(recentKey, JSON.stringify(this.#recent));
    item.run();
  }

  #used(): Found {
    const commands = new Map(this.#allCommands().map((item) => [item.id, item]));
    const items = this.#recent.map((id) => commands.get(id) ?? this.#thing(id)).filter((item) => item !== undefined);
    return { key: "recent", items, left: 0, best: 0 };
  }

  /** The device or series of an id; undefined where there is none any more. */
  #thing(id: string): PaletteItem | undefined {
    const [kind, device = "", metric] = id.split("\n");
    const view = this.#hub.view.devices.get(device);
    if (!view) return undefined;
    if (kind === "device") return this.#deviceItem(view);
    const series = [...view.series.values()].find(({ entry }) => entry.metric === metric);
    return series && seriesItem(view, series);
  }

  readonly #deviceItem = (device: DeviceView) => deviceItem(device, this.#hub.client.now());

  #inTrouble(): Found {
    const best = new Best<DeviceView>(mostRecent);
    const nowMs = this.#hub.client.now();
    let count = 0;
    for (const device of this.#hub.view.devices.values()) {
      const trouble = troubleOf(device, nowMs);
      if (trouble === undefined) continue;
      count += 1;
      best.offer(device, troubles.indexOf(trouble), deviceLabel);
    }
    const items = best.things.map(this.#deviceItem);
    return { key: "trouble", items, left: count - items.length, best: 0 };
  }

  #foundDevices(words: readonly string[]): Found {
    const gathered = new Gathered<DeviceView>(mostFound);
    for (const device of this.#hub.view.devices.values()) {
      gathered.offer(device, closeness(this.#wordsOf(device), words), deviceLabel);
    }
    return gathered.as("devices", this.#deviceItem);
  }

  /** At least one word must be of the series itself: else each device would bring all of its own. */
  #foundSeries(words: readonly string[]): Found {
    const gathered = new Gathered<[DeviceView, SeriesView]>(mostFound);
    for (const device of this.#hub.view.devices.values()) {
      const around = this.#wordsOf(device);
      for (const series of device.series.values()) {
        const own = this.#wordsOfSeries(series);
        if (!words.some((word) => own.texts.some((text) => text.includes(word)))) continue;
        const rank = closeness({ title: own.title, texts: [...own.texts, ...around.texts] }, words);
        if (rank !== undefined) gathered.offer([device, series], rank, titleOfSeries);
      }
    }
    return gathered.as("series", ([device, series]) => seriesItem(device, series));
  }

  #commands(words: readonly string[]): Found[] {
    const here = offeredCommands().map((command) => commandItem(command));
    const groups: [PaletteGroupKey, CommandItem[]][] = [
      ["here", here],
      ["pages", this.#pages().map(pageItem)],
      ["actions", this.#own().map(commandItem)],
    ];
    return groups.map(([key, items]) => {
      if (words.length === 0) return { key, items, left: 0, best: 0 };
      const gathered = new Gathered<CommandItem>(mostFound);
      for (const item of items)
        gathered.offer(item, closeness(searchableOf(item.title, item.words), words), titleOfItem);
      return gathered.as(key, (item) => item);
    });
  }

  #allCommands(): PaletteItem[] {
    return [...offeredCommands(), ...this.#own()].map(commandItem).concat(this.#pages().map(pageItem));
  }

  #wordsOf({ entry }: DeviceView): Searchable {
    const known = this.#devices.get(entry);
    if (known) return known;
    const labels = Object.entries(entry.labels ?? {}).map(([key, value]) => `${key}:${value}`);
    const title = entry.name || entry.device;
    const made = searchableOf(title, [entry.device, entry.kind, ...labels].join(" "));
    this.#devices.set(entry, made);
    return made;
  }

  #wordsOfSeries(series: SeriesView): Searchable {
    const known = this.#series.get(series.entry);
    if (known) return known;
    const made = searchableOf(seriesLabel(series), series.entry.metric);
    this.#series.set(series.entry, made);
    return made;
  }
}

interface Found extends PaletteGroup {
  readonly best: number;
}

/** The best of one group, and how many there are. */
class Gathered<Thing> {
  readonly #best: Best<Thing>;
  #count = 0;
  #rank = Number.POSITIVE_INFINITY;

  constructor(most: number) {
    this.#best = new Best(most);
  }

  offer(thing: Thing, rank: number | undefined, titleOf: (thing: Thing) => string): void {
    if (rank === undefined) return;
    this.#count += 1;
    this.#rank = Math.min(this.#rank, rank);
    this.#best.offer(thing, rank, titleOf);
  }

  as(key: PaletteGroupKey, itemOf: (thing: Thing) => PaletteItem): Found {
    const items = this.#best.things.map(itemOf);
    return { key, items, left: this.#count - items.length, best: this.#rank };
  }
}

function deviceItem(device: DeviceView, nowMs: number): PaletteItem {
  const { entry } = device;
  const trouble = troubleOf(device, nowMs);
  return {
    id: `device\n${entry.device}`,
    title: deviceLabel(device),
    hint: entry.name ? entry.device : (entry.kind ?? ""),
    now: trouble === "alarm" || trouble === "warn" ? texts.standing[trouble] : texts.presence[entry.state],
    ...(trouble === undefined ? {} : { level: trouble === "alarm" ? "alarm" : "trouble" }),
    sign: presenceDot(entry.state),
    run: () => go(deviceHref(entry.device)),
  };
}

function seriesItem(device: DeviceView, series: SeriesView): PaletteItem {
  const { entry, value } = series;
  return {
    id: `series\n${entry.device}\n${entry.metric}`,
    title: seriesLabel(series),
    hint: deviceLabel(device),
    now: value === undefined ? "" : valueWithUnit(series, value),
    sign: icons.chart,
    run: () => explore(entry),
  };
}

/** On linked charts: beside those that are there already. */
function explore(name: SeriesName): void {
  const route = parseRoute(location.hash);
  const choice = exploreChoiceOf(route.page === "explore" ? route : parseRoute("#/explore"));
  go(hrefOf(withSeries(choice, [...choice.series, name])));
}

function pageItem({ page, icon }: OfferedPage): CommandItem {
  const title = texts.pages[page];
  return { id: `page\n${page}`, title, hint: "", now: "", sign: icon, words: page, run: () => go(pageHref(page)) };
}

function commandItem(command: Command): CommandItem {
  const { id, title, hint = "", icon, words = "", run } = command;
  return { id, title, hint, now: "", sign: icon ?? icons.command, words, run };
}

const titleOfItem = ({ title }: PaletteItem) => title;
const titleOfSeries = ([device, series]: [DeviceView, SeriesView]) => `${seriesLabel(series)} ${deviceLabel(device)}`;

function searchableOf(title: string, more: string): Searchable {
  const lower = title.toLocaleLowerCase();
  return { title: lower, texts: [`${lower} ${more.toLocaleLowerCase()}`] };
}

function readRecent(): readonly string[] {
  try {
    const ids: unknown = JSON.parse(kept(recentKey) ?? "[]");
    return Array.isArray(ids) ? ids.map(String) : [];
  } catch {
    return [];
  }
}
