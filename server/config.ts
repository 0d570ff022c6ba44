/**
 * What the hub can be told at its start. One table (`settings`) holds each setting's flag, environment variable, meaning and
 * default; the options of the command line, `--help`, the environment and the README's table all come from it.
 * Order of precedence: flag, environment variable, default. An empty environment variable counts as not set.
 */
import { resolve } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { z } from "zod";
import packageJson from "../package.json" with { type: "json" };
import { reachProblem, readDuration, readSize, readWhole } from "./config-values.ts";
import { plain, type Words } from "./config-words.ts";
import { isLoopbackHost } from "./loopback.ts";
import { type DoorLimits, door, doorFlag, doorHelp } from "./protocol/door.ts";
import type { Ages } from "./protocol/keep.ts";
import { type Limits, limitHelp, limits } from "./protocol/limits.ts";
import { type Viewing, viewing, viewingHelp } from "./protocol/viewing.ts";

/** The version in package.json. */
export const hubVersion: string = packageJson.version;

const plainSettings = z.object({
  host: z.string().min(1).max(255).regex(/^\S+$/).default("127.0.0.1"),
  port: z.int().min(0).max(65_535).default(8080),
  data: z.string().min(1).default("./data"),
  lan: z.boolean().default(false),
  newToken: z.boolean().default(false),
  setup: z.boolean().default(false),
  sessionAgeMs: z
    .int()
    .min(60_000)
    .max(365 * 86_400_000)
    .default(30 * 86_400_000),
  requests: z.int().min(0).max(10_000).default(100),
  enrolments: z.int().min(1).max(100_000).default(1_000),
  open: z.boolean().default(false),
  tlsCert: z.string().min(1).optional(),
  tlsKey: z.string().min(1).optional(),
  hstsMs: z
    .number()
    .min(0)
    .max(730 * 86_400_000)
    .default(30 * 86_400_000),
  plainText: z.boolean().default(false),
  trustProxy: z.array(z.string()).readonly().default([]),
  basePath: z.string().default(""),
  demo: z.boolean().default(false),
  self: z.boolean().default(false),
  commitDelayMs: z.number().min(0).max(10_000).default(0),
  budget: z.union([z.enum(["auto", "off"]), z.int().min(1_000_000)]).optional(),
  keep: z.custom<Ages>().default({}),
  minFreeBytes: z.int().min(0).default(512_000_000),
  journalBudgetBytes: z
    .int()
    .min(64 * 1024)
    .max(16 * 1024 ** 3)
    .default(64 * 1024 ** 2),
  headBudgetBytes: z
    .int()
    .min(1024 ** 2)
    .max(64 * 1024 ** 3)
    .default(128 * 1024 ** 2),
  walAlarmBytes: z
    .int()
    .min(96 * 1024 ** 2)
    .default(256 * 1024 ** 2),
  onCorrupt: z.enum(["rename", "refuse"]).default("rename"),
  allowOrigin: z.array(z.string()).readonly().default([]),
  log: z.enum(["text", "json"]).default("text"),
});
const schema = plainSettings.extend({ limits, viewing, door });

/** Every setting, checked, with its default filled in. */
export interface Config {
  /** Address to listen on. With `lan` and no address given, `::`: all. */
  readonly host: string;
  /** Port to listen on; 0 takes any free one. */
  readonly port: number;
  /** Folder of the readings, absolute. With `demo` and no folder given, `./data-demo`. */
  readonly data: string;
  /** Listen on all addresses, in plain text where `tlsCert` is not given; from elsewhere than this machine the hub's token is needed. */
  readonly lan: boolean;
  /** Make another token, which ends the one before. */
  readonly newToken: boolean;
  /** Print a set-up code at this start also where there are people: it makes another admin. */
  readonly setup: boolean;
  /** How long a person stays signed in in a browser, ms. */
  readonly sessionAgeMs: number;
  /** Devices with a token of their own that wait to be let in, at once; 0: none can ask. */
  readonly requests: number;
  /** Devices that one fleet's key gives a token of their own in an hour. */
  readonly enrolments: number;
  /** Whoever reaches the hub at `host` may use it, without a token. */
  readonly open: boolean;
  /** File of the certificate chain, PEM; undefined: the hub speaks plain HTTP. Given with `tlsKey` or not at all. */
  readonly tlsCert: string | undefined;
  /** File of its private key, PEM. */
  readonly tlsKey: string | undefined;
  /** How long a browser that came by TLS uses nothing else for this host name, ms. */
  readonly hstsMs: number;
  /** Other machines may speak to the hub without TLS. */
  readonly plainText: boolean;
  /** Proxies that are believed for whom they ask: addresses, networks, `loopback`. */
  readonly trustProxy: readonly string[];
  /** Where a proxy serves the hub, without a slash at its end; empty for a host of its own. */
  readonly basePath: string;
  /** Run a simulated fleet beside the hub. */
  readonly demo: boolean;
  /** Make the computer itself a device. On with `demo`, unless it is said to be off. */
  readonly self: boolean;
  /** How long a commit waits for company, ms. 0: the running sync is the batching window. */
  readonly commitDelayMs: number;
  /** What the data may take, bytes: beyond it the oldest raw readings go. `auto`: chosen at the first start and kept; `off`: no budget. Undefined: what was said to a running hub, `auto` before that. */
  readonly budget: "auto" | "off" | number | undefined;
  /** How long what is kept of series that no policy matches; empty: all, for ever. */
  readonly keep: Ages;
  /** Below this much free disk space readings are refused with `storage_full`, bytes. */
  readonly minFreeBytes: number;
  /** The newest readings stand uncompressed in the journal up to this size; more forces them into chunks, bytes. */
  readonly journalBudgetBytes: number;
  /** Memory for the open columns of all series together; more seals them early, bytes. */
  readonly headBudgetBytes: number;
  /** A longer write-ahead log is told in `/health`, bytes. */
  readonly walAlarmBytes: number;
  /** What becomes of a damaged database at the start: put aside under another name and begun anew, or the hub does not start. */
  readonly onCorrupt: "rename" | "refuse";
  /** Foreign origins whose pages may use the hub, each as `scheme://host[:port]`. */
  readonly allowOrigin: readonly string[];
  /** Form of the log on standard output. */
  readonly log: "text" | "json";
  /** Limits of the wire, told in `welcome.limits`. */
  readonly limits: Limits;
  /** What viewers and questions about the past get. */
  readonly viewing: Viewing;
  /** How many may connect, and how fast. */
  readonly door: DoorLimits;
}

/** Why there is no `Config`: help or the version was asked for (`exitCode` 0), or a setting was refused (2). */
export interface ConfigError {
  readonly exitCode: 0 | 2;
  /** For a person, ready to print: names the setting, its value, and what is allowed. */
  readonly message: string;
}

/** Tells the two answers of `parseConfig` apart. */
export function isConfigError(answer: Config | ConfigError): answer is ConfigError {
  return "exitCode" in answer;
}

/** One setting, as people meet it. */
export interface Setting extends Words {
  /** Where the value goes: a field of `Config`, or `limits.NAME`, `viewing.NAME`, `door.NAME`. */
  readonly key: string;
  /** `HUB_PORT`. */
  readonly env: string;
  /** Checks the value that was read. */
  readonly schema: z.ZodType;
}

type PlainKey = keyof typeof plainSettings.shape;

function dashed(key: string): string {
  return key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
}

function envName(flag: string): string {
  return `HUB_${flag.slice(2).replaceAll("-", "_").toUpperCase()}`;
}

type NumberSchema = (typeof limits.shape)[keyof Limits];

/** A number of a group; its unit is at the end of its name. */
function numberSetting(key: string, flag: string, check: NumberSchema, help: string): Setting {
  const name = key.slice(key.indexOf(".") + 1);
  const number = check.unwrap();
  const [least, most] = [number.minValue, number.maxValue];
  const unit = name.endsWith("Ms") ? "ms" : /Bytes/.test(name) ? "bytes" : "";
  const fallback = check.parse(undefined);
  const example = {
    ms: `, such as ${fallback} or ${fallback / 1000}s`,
    bytes: `, such as ${fallback} or ${fallback / 1024}KiB`,
  };
  const bounds = most !== null && most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `of at least ${least}`;
  return {
    key,
    flag,
    env: envName(flag),
    argument: unit === "ms" ? "DURATION" : unit === "bytes" ? "SIZE" : "NUMBER",
    help,
    fallback: String(fallback),
    allowed: `a whole number ${bounds}${unit && ` ${unit}${example[unit]}`}`,
    read: unit === "ms" ? readDuration : unit === "bytes" ? (text) => readSize(text, "B") : readWhole,
    schema: check,
  };
}

/** Every setting, in the order of `--help`. */
export const settings: readonly Setting[] = [
  ...(Object.keys(plain) as PlainKey[]).map(
    (key): Setting => ({ key, ...plain[key], env: envName(plain[key].flag), schema: plainSettings.shape[key] }),
  ),
  ...(Object.keys(viewing.shape) as (keyof Viewing)[]).map((name) =>
    numberSetting(`viewing.${name}`, `--${dashed(name)}`, viewing.shape[name], viewingHelp[name]),
  ),
  ...(Object.keys(limits.shape) as (keyof Limits)[]).map((name) =>
    numberSetting(`limits.${name}`, `--limit-${dashed(name)}`, limits.shape[name], limitHelp[name]),
  ),
  ...(Object.keys(door.shape) as (keyof DoorLimits)[]).map((name) =>
    numberSetting(`door.${name}`, doorFlag(name), door.shape[name], doorHelp[name]),
  ),
];

/** A `Config` of defaults with `changes` put over it; for tests and for programs that start a hub themselves. */
export function makeConfig(changes: Partial<Config> = {}): Config {
  const config = { ...schema.parse({ limits: {}, viewing: {}, door: {} }), ...changes };
  const host = changes.host ?? (config.lan ? "::" : config.host);
  const self = changes.self ?? config.demo;
  const { tlsCert, tlsKey } = config;
  return {
    ...config,
    tlsCert: tlsCert === undefined ? undefined : resolve(tlsCert),
    tlsKey: tlsKey === undefined ? undefined : resolve(tlsKey),
    budget: config.budget,
    host,
    self,
    data: resolve(changes.data ?? (config.demo ? "./data-demo" : config.data)),
  };
}

/** True where strangers need a token: they can reach the hub, by its address or through a proxy, and it was not said to be open. */
export function needsSignIn({ host, open, trustProxy }: Pick<Config, "host" | "open" | "trustProxy">): boolean {
  return !open && (trustProxy.length > 0 || !isLoopbackHost(host.toLowerCase()));
}

/** Flags that may be repeated: what they are given is joined by commas. */
const lists: ReadonlySet<string> = new Set<PlainKey>(["allowOrigin", "trustProxy"]);

function command(): Command {
  const program = new Command("npm start --")
    .usage("[FLAGS]")
    .description("The telemetry hub. Each flag is also an environment variable; the flag wins.")
    .version(hubVersion)
    .helpOption("--help", "show this and end")
    .allowExcessArguments(false)
    .configureHelp({ helpWidth: 120 })
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .exitOverride();
  for (const { flag, env, argument, help, fallback, key } of settings) {
    const option = new Option(argument ? `${flag} <${argument}>` : flag, `${help} (${env}; default ${fallback})`);
    // The name under which commander keeps the value; by default it would fold the dashes itself.
    option.attributeName = () => key;
    if (lists.has(key)) option.argParser((text, before?: string) => (before ? `${before},${text}` : text));
    program.addOption(option);
  }
  return program;
}

function refusal(message: string): ConfigError {
  return { exitCode: 2, message: `${message} See npm start -- --help.` };
}

/** What commander found, in the words of all other refusals. */
function wordFlagError(message: string): string {
  // On one line, whatever was given.
  const [, given = message] = /'(--?[^']*)'/.exec(message.replace(/\s+/g, " ")) ?? [];
  const name = given.split(/[ =]/, 1)[0];
  const setting = settings.find(({ flag }) => flag === name);
  if (setting?.argument) return `${setting.flag} has no value: it takes ${setting.allowed}.`;
  if (setting) return `${setting.flag} takes no value: give it, or leave it out.`;
  const [, near] = /\(Did you mean (?:one of )?(.*)\?\)/.exec(message) ?? [];
  return `${given} is not a flag${near ? ` (did you mean ${near}?)` : ""}.`;
}

/** Reads flags (without `node` and the script) and environment variables. Never throws for what a person wrote. */
export function parseConfig(argv: readonly string[], env: Readonly<NodeJS.ProcessEnv>): Config | ConfigError {
  const program = command();
  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return { exitCode: 0, message: program.helpInformation().trimEnd() };
    if (error.code === "commander.version") return { exitCode: 0, message: hubVersion };
    if (error.code === "commander.excessArguments") return refusal(`${program.args.join(" ")} is not a flag.`);
    return refusal(wordFlagError(error.message));
  }
  const flags = program.opts<Record<string, string | true>>();
  const known = new Set(settings.map((setting) => setting.env));
  const stray = Object.keys(env).find((name) => name.startsWith("HUB_LIMIT_") && !known.has(name));
  if (stray) {
    const limitNames = settings.map((setting) => setting.env).filter((name) => name.startsWith("HUB_LIMIT_"));
    return refusal(`${stray} is not a setting; the limits are ${limitNames.join(", ")}.`);
  }
  const given: Record<string, unknown> = {};
  const groups: Record<string, Record<string, unknown>> = { limits: {}, viewing: {}, door: {} };
  for (const setting of settings) {
    const flag = flags[setting.key];
    const text = flag === undefined ? env[setting.env] || undefined : String(flag);
    if (text === undefined) continue;
    const value = setting.read(text);
    if (value === undefined || !setting.schema.safeParse(value).success) {
      const name = flag === undefined ? setting.env : setting.flag;
      return refusal(`${name} cannot be ${JSON.stringify(text)}: it takes ${setting.allowed}.`);
    }
    const [group = "", name] = setting.key.split(".");
    const into = name === undefined ? given : groups[group];
    if (into) into[name ?? group] = value;
  }
  const clash = reachProblem(given);
  if (clash) return refusal(clash);
  return makeConfig({
    ...given,
    limits: limits.parse(groups.limits),
    viewing: viewing.parse(groups.viewing),
    door: door.parse(groups.door),
  });
}
