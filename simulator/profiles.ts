/** Which worlds can be simulated: a row each. A new model is one file and one row here. */
import { BatterySensor, batteryPlaces } from "./devices/battery-sensor.ts";
import { BuildingPart, buildingParts } from "./devices/building.ts";
import { Factory } from "./devices/factory.ts";
import { Greenhouse } from "./devices/greenhouse.ts";
import { Household } from "./devices/household.ts";
import { Vehicle } from "./devices/vehicle.ts";
import { WeatherStation } from "./devices/weather.ts";
import { symbols, Ticker } from "./market/ticker.ts";
import type { Model, ModelOptions } from "./model.ts";

export interface Profile {
  /** What `--profile` takes. */
  readonly name: string;
  readonly Model: new (options: ModelOptions) => Model;
  /** One of its devices in words; an `s` makes several. */
  readonly noun: string;
  /** Device id of number `index`, from 0: another one for each. */
  readonly device: (index: number) => string;
  /** Devices in the mix of the hub's `--demo`. */
  readonly demo: number;
}

/** A device of the fleet. */
export interface Source {
  readonly device: string;
  readonly profile: Profile;
}

/** Names that go around: `first/a-1`, `first/b-1`, `first/a-2`, … */
function inTurn(prefix: string, places: readonly string[]): (index: number) => string {
  return (index) => `${prefix}/${places[index % places.length]}-${1 + Math.floor(index / places.length)}`;
}

function tickerName(index: number): string {
  const round = Math.floor(index / symbols.length);
  return `market/${symbols[index % symbols.length]}${round === 0 ? "" : round + 1}`;
}

const market: Profile = { name: "market", Model: Ticker, noun: "ticker", device: tickerName, demo: 8 };

export const profiles: readonly Profile[] = [
  {
    name: "greenhouse",
    Model: Greenhouse,
    noun: "greenhouse",
    device: inTurn("greenhouse", ["north", "south", "east", "west"]),
    demo: 4,
  },
  {
    name: "factory",
    Model: Factory,
    noun: "machine",
    device: inTurn("factory", ["mill"]),
    demo: 1,
  },
  {
    name: "household",
    Model: Household,
    noun: "household",
    device: inTurn("household", ["elm", "oak", "birch"]),
    demo: 2,
  },
  {
    name: "vehicle",
    Model: Vehicle,
    noun: "vehicle",
    device: inTurn("vehicle", ["bus"]),
    demo: 2,
  },
  {
    name: "weather",
    Model: WeatherStation,
    noun: "weather station",
    device: inTurn("weather", ["hill", "coast", "valley"]),
    demo: 3,
  },
  {
    name: "battery",
    Model: BatterySensor,
    noun: "battery sensor",
    device: inTurn("battery", batteryPlaces),
    demo: 4,
  },
  {
    name: "building",
    Model: BuildingPart,
    noun: "building part",
    device: inTurn("building", buildingParts),
    demo: 4,
  },
  market,
];

/** Devices shared out in turn over `chosen`, so that all begin at once, and `tickers` shares beside them. */
export function sharedOut(devices: number, chosen: readonly Profile[], tickers: number): Source[] {
  const made = new Map<Profile, number>();
  const sources: Source[] = [];
  const add = (profile: Profile): void => {
    const index = made.get(profile) ?? 0;
    made.set(profile, index + 1);
    sources.push({ device: profile.device(index), profile });
  };
  for (let index = 0; index < devices; index++) add(chosen[index % chosen.length] as Profile);
  for (let index = 0; index < tickers; index++) add(market);
  return sources;
}

/** The mix of the hub's `--demo`. */
export function demoSources(): Source[] {
  return profiles.flatMap((profile) => sharedOut(profile.demo, [profile], 0));
}
