/**
 * Trades in an invented share: a slow trend with a random walk on it, calm and lively spells, jumps, a spread that widens
 * when it is lively. Ticks come at irregular times, each ms at most one. They are made in blocks whose ends lie on the trend
 * (a Brownian bridge), so that any block can be made without those before it.
 */
import type { DeviceMeta } from "../../server/protocol/index.ts";
import { type Model, type ModelOptions, type Report, round } from "../model.ts";
import { Noise, Random } from "../random.ts";

const hour = 3_600_000;

/** Average number of ticks in a block. */
const blockTicks = 3_600;

/** Invented; any that is traded somewhere is so by accident. */
export const symbols = [
  ...["ACME", "BORU", "CYLN", "DUNO", "EVRA", "FJLD", "GRUN", "HALO", "IXIA", "JUNI"],
  ...["KVAR", "LUMO", "MIRA", "NOVU", "ORBO", "PYRE", "QUAD", "RUNE", "SOLV", "TERN"],
] as const;

interface Tick {
  readonly time: number;
  readonly price: number;
  readonly bid: number;
  readonly ask: number;
  readonly size: number;
}

export class Ticker implements Model {
  readonly device: string;
  readonly meta: DeviceMeta;
  readonly intervalMs: number;
  readonly #random: Random;
  readonly #trend: Noise;
  readonly #opening: number;
  /** Deviation of the walk's step from one average tick to the next, in parts of the price. */
  readonly #volatility: number;
  #block: number;
  #ticks: Tick[];
  #next = 0;

  constructor({ device, seed, from, rate = 1 }: ModelOptions) {
    this.#random = new Random(seed).derive(device);
    this.device = device;
    this.intervalMs = this.#random.choice([300, 500, 900, 1_500]) / rate;
    this.#opening = Math.exp(this.#random.between(Math.log(8), Math.log(400)));
    this.#volatility = this.#random.between(0.6e-4, 2e-4) * Math.sqrt(this.intervalMs / 500);
    this.#trend = new Noise(`${this.#random.seed}/trend`);
    this.meta = tickerMeta(device);
    this.#block = Math.floor(from / this.#blockMs);
    this.#ticks = this.#make(this.#block);
    while ((this.#ticks[this.#next]?.time ?? from) < from) this.#next++;
    this.#skipEnd();
  }

  get nextTime(): number {
    return this.#tick.time;
  }

  report(stride = 1): Report {
    const { time, price, bid, ask, size } = this.#tick;
    this.#next += stride;
    this.#skipEnd();
    const readings = [["price", price] as const, ["size", size] as const, ["bid", bid] as const, ["ask", ask] as const];
    return { time, readings };
  }

  get #tick(): Tick {
    return this.#ticks[this.#next] as Tick;
  }

  get #blockMs(): number {
    return this.intervalMs * blockTicks;
  }

  #skipEnd(): void {
    while (this.#next >= this.#ticks.length) {
      this.#next -= this.#ticks.length;
      // A block that is passed over whole is not made, but taken for an average one.
      const whole = Math.floor(this.#next / blockTicks);
      this.#next -= whole * blockTicks;
      this.#block += 1 + whole;
      this.#ticks = this.#make(this.#block);
    }
  }

  /** Logarithm of the price that the market returns to. */
  #trendAt(time: number): number {
    return (
      Math.log(this.#opening) + 0.25 * this.#trend.rough(time / (96 * hour)) + 0.02 * this.#trend.rough(time / hour)
    );
  }

  #make(block: number): Tick[] {
    const random = this.#random.derive(String(block));
    const start = block * this.#blockMs;
    const end = start + this.#blockMs;
    const steps: { time: number; walk: number; mood: number }[] = [];
    let time = Math.ceil(start);
    let walk = 0;
    let mood = random.normal();
    for (;;) {
      // Lively spells: more trades, and larger steps between them.
      mood = 0.985 * mood + 0.17 * random.normal();
      time += Math.max(1, Math.round(random.exponential(this.intervalMs * Math.exp(-0.5 * mood - 0.125))));
      if (time >= end) break;
      walk += this.#volatility * Math.exp(0.7 * mood) * random.normal();
      if (random.chance(0.0012)) walk += 12 * this.#volatility * random.normal();
      steps.push({ time, walk, mood });
    }
    const from = this.#trendAt(start);
    const to = this.#trendAt(end);
    return steps.map((step) => {
      const part = (step.time - start) / this.#blockMs;
      const middle = Math.exp(from + part * (to - from) + step.walk - part * walk);
      return quote(step.time, middle, step.mood, random);
    });
  }
}

/** A trade at the bid or at the ask, in whole cents. */
function quote(time: number, middle: number, mood: number, random: Random): Tick {
  const spread = middle * 1.5e-4 * Math.exp(0.5 * mood);
  const bid = Math.floor((middle - spread / 2) * 100) / 100;
  const ask = round(Math.max(bid + 0.01, middle + spread / 2), 2);
  const size = Math.max(1, Math.round(random.exponential(60 * Math.exp(0.4 * mood))));
  return { time, price: random.chance(0.5) ? bid : ask, bid, ask, size };
}

function tickerMeta(device: string): DeviceMeta {
  return {
    name: device.slice(device.lastIndexOf("/") + 1),
    kind: "ticker",
    // No interval is declared: ticks are irregular, and the hub learns what is usual.
    labels: { market: "invented" },
    metrics: {
      price: { label: "Last trade", unit: "USD", decimals: 2, role: "price" },
      size: { label: "Size of the last trade", unit: "shares", decimals: 0, role: "volume" },
      bid: { label: "Bid", unit: "USD", decimals: 2, role: "bid" },
      ask: { label: "Ask", unit: "USD", decimals: 2, role: "ask" },
    },
  };
}
