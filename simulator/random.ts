/**
 * Chance that can be repeated: the same seed gives the same numbers on every machine. `Random` is a stream, each number
 * following from the one before; `Noise` is a function of its place, so that a world can be looked at from any time.
 */

/** Spreads each bit of a 32-bit word over all of it (the finalizer of MurmurHash3). */
function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit word of a text: FNV-1a over its UTF-16 units, begun at `salt`. */
function hash(text: string, salt: number): number {
  let h = 0x811c9dc5 ^ mix(salt);
  for (let index = 0; index < text.length; index++) h = Math.imul(h ^ text.charCodeAt(index), 0x01000193);
  return mix(h);
}

/** Small fast counting generator with 32-bit words (sfc32, Chris Doty-Humphrey, PractRand): period at least 2³². */
export class Random {
  readonly seed: string;
  #a: number;
  #b: number;
  #c: number;
  #count = 1;
  #spare: number | undefined;

  constructor(seed: string | number) {
    this.seed = String(seed);
    this.#a = hash(this.seed, 1);
    this.#b = hash(this.seed, 2);
    this.#c = hash(this.seed, 3);
    for (let round = 0; round < 12; round++) this.word();
  }

  /** A stream of its own for `name`, whatever this one has given so far. */
  derive(name: string): Random {
    return new Random(`${this.seed}/${name}`);
  }

  /** The next 32 bits, 0 … 2³² − 1. */
  word(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.word() / 0x1_0000_0000;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** One of `options`, each as likely. Throws where there is none. */
  choice<Option>(options: readonly Option[]): Option {
    if (options.length === 0) throw new RangeError("nothing to choose from");
    return options[Math.floor(this.uniform() * options.length)] as Option;
  }

  /** Normal with mean 0 and deviation 1 (Box–Muller, both values used). */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Time to the next event where events come independently, `mean` apart on average. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }
}

/** Value noise: independent uniform values at whole places, a smooth curve between them. */
export class Noise {
  readonly #word: number;

  constructor(seed: string) {
    this.#word = hash(seed, 4);
  }

  /** The value at a whole `place`, uniform in [-1, 1); neighbours have nothing in common. */
  white(place: number): number {
    const high = Math.floor(place / 0x1_0000_0000);
    return mix(mix((place >>> 0) ^ this.#word) + mix(high ^ 0x9e3779b9)) / 0x8000_0000 - 1;
  }

  /** The curve at any `x`, in [-1, 1], its slope smooth. */
  smooth(x: number): number {
    const place = Math.floor(x);
    const part = x - place;
    const ease = part * part * (3 - 2 * part);
    const before = this.white(place);
    return before + (this.white(place + 1) - before) * ease;
  }

  /** The curve with two finer ones on it, as weather and markets have; in [-1, 1]. */
  rough(x: number): number {
    return (this.smooth(x) * 4 + this.smooth(x * 2.7 + 1e5) * 2 + this.smooth(x * 7.3 + 2e5)) / 7;
  }
}
