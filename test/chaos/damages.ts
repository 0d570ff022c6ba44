/** Ways in which the files of a hub can be damaged while it does not run, each drawn from a seeded source. */
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../../simulator/random.ts";

const pageBytes = 4096;

export interface Damage {
  readonly what: string;
  /** How often `npm run test:all` tries it; `npm test` does once. */
  readonly times: number;
  /** What it costs cannot be told from a loss of power, which the hub takes without a word. */
  readonly silent?: true;
  readonly strike: (data: string, random: Random) => void;
}

const database = (data: string): string => join(data, "hub.db");
const log = (data: string): string => `${database(data)}-wal`;
const below = (random: Random, limit: number): number => Math.floor(random.between(0, limit));

function change(path: string, work: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  work(bytes);
  writeFileSync(path, bytes);
}

function flip(path: string, random: Random): void {
  change(path, (bytes) => {
    const at = below(random, bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << below(random, 8));
  });
}

const logHeaderBytes = 32;
const frameBytes = 24 + pageBytes;

/** Ends of the commits that a log holds, bytes from its beginning (the format: sqlite.org/fileformat2.html, section 4). */
export function commitEnds(path: string): number[] {
  const bytes = readFileSync(path);
  const salt = bytes.subarray(16, 24);
  const ends: number[] = [];
  for (let at = logHeaderBytes; at + frameBytes <= bytes.length; at += frameBytes) {
    // What a log held before it was begun over stands behind what it holds now, under another salt.
    if (!bytes.subarray(at + 8, at + 16).equals(salt)) break;
    if (bytes.readUInt32BE(at + 4) > 0) ends.push(at + frameBytes);
  }
  return ends;
}

/** A log that is struck holds so many commits at least. */
export const leastCommits = 3;

/** Damage to the last commits cannot be told from a loss of power: what lies before them is struck. */
function flipInLog(path: string, random: Random): void {
  const end = commitEnds(path).at(-leastCommits);
  if (end === undefined) throw new Error(`${path} holds fewer than ${leastCommits} commits`);
  change(path, (bytes) => {
    const at = below(random, end);
    bytes[at] = (bytes[at] as number) ^ (1 << below(random, 8));
  });
}

function overwritePage(path: string, random: Random, next: () => number): void {
  change(path, (bytes) => {
    const start = below(random, bytes.length / pageBytes) * pageBytes;
    for (let at = start; at < start + pageBytes; at++) bytes[at] = next();
  });
}

export const damages: readonly Damage[] = [
  { what: "a flipped bit", times: 5, strike: (data, random) => flip(database(data), random) },
  {
    what: "a page of garbage",
    times: 5,
    strike: (data, random) => overwritePage(database(data), random, () => below(random, 256)),
  },
  { what: "a page of zeros", times: 3, strike: (data, random) => overwritePage(database(data), random, () => 0) },
  {
    what: "a cut end",
    times: 2,
    strike: (data, random) => truncateSync(database(data), below(random, statSync(database(data)).size)),
  },
  { what: "no bytes at all", times: 1, strike: (data) => truncateSync(database(data), 0) },
  { what: "a bad header", times: 1, strike: (data) => change(database(data), (bytes) => bytes.fill(0x5a, 0, 16)) },
  { what: "a lost log", times: 1, strike: (data) => rmSync(log(data)) },
  { what: "a lost database", times: 1, strike: (data) => rmSync(database(data)) },
  { what: "a flipped bit in the log", times: 2, strike: (data, random) => flipInLog(log(data), random) },
  {
    what: "a cut log",
    times: 1,
    silent: true,
    strike: (data, random) => truncateSync(log(data), below(random, statSync(log(data)).size)),
  },
];
