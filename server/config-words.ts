/** The settings that stand alone, as people meet them. What their values may be beyond the text, and where they go, is in config.ts. */
import {
  readBasePath,
  readBudget,
  readDuration,
  readKeep,
  readOrigins,
  readPeers,
  readSize,
  readSwitch,
  readWhole,
} from "./config-values.ts";
import { keepAllowed } from "./protocol/keep.ts";

/** One setting in words, and how its text is read. */
export interface Words {
  /** `--port`. */
  readonly flag: string;
  /** What stands behind the flag in `--help`; empty for a switch. */
  readonly argument: string;
  /** What it does, in one line. */
  readonly help: string;
  /** The default as a person would write it. */
  readonly fallback: string;
  /** What a refusal says is allowed. */
  readonly allowed: string;
  /** Text to value; undefined where the text cannot be read at all. Lists are joined by commas. */
  readonly read: (text: string) => unknown;
}

/** By their field of `Config`, in the order of `--help`. */
export const plain = {
  host: {
    flag: "--host",
    argument: "ADDRESS",
    help: "address to listen on; one that is not of this machine alone asks for a token, and needs --tls-cert, or use --lan",
    allowed: "a host name or an IP address without spaces",
    fallback: "127.0.0.1",
    read: (text) => text,
  },
  port: {
    flag: "--port",
    argument: "NUMBER",
    help: "port to listen on; 0 takes any free one",
    allowed: "a whole number from 0 to 65535",
    fallback: "8080",
    read: readWhole,
  },
  data: {
    flag: "--data",
    argument: "FOLDER",
    help: "folder that holds the readings; made if it is missing",
    allowed: "the path of a folder",
    fallback: "./data",
    read: (text) => text,
  },
  lan: {
    flag: "--lan",
    argument: "",
    help: "listen on all addresses of this machine, in plain text unless --tls-cert is given; from other machines the hub's token is needed, printed when it is made",
    allowed: "true or false",
    fallback: "off",
    read: readSwitch,
  },
  newToken: {
    flag: "--new-token",
    argument: "",
    help: "where a token is asked for: make another at this start; the one before is worth nothing any more, and all have to sign in again",
    allowed: "true or false",
    fallback: "off",
    read: readSwitch,
  },
  setup: {
    flag: "--setup",
    argument: "",
    help: "print a set-up code at this start even if there are accounts: it makes another admin, for who lost the password",
    allowed: "true or false",
    fallback: "off",
    read: readSwitch,
  },
  sessionAgeMs: {
    flag: "--session-age",
    argument: "DURATION",
    help: "how long a person stays signed in in a browser",
    allowed: "a duration from 1m to 365d, such as 12h or 30d",
    fallback: "30d",
    read: readDuration,
  },
  requests: {
    flag: "--requests",
    argument: "NUMBER",
    help: "devices with a token of their own that wait to be let in, at once; 0: none can ask",
    allowed: "a whole number from 0 to 10000",
    fallback: "100",
    read: readWhole,
  },
  enrolments: {
    flag: "--enrolments",
    argument: "NUMBER",
    help: "devices that one fleet's key gives a token of their own in an hour; beyond it they come again later",
    allowed: "a whole number from 1 to 100000",
    fallback: "1000",
    read: readWhole,
  },
  open: {
    flag: "--open",
    argument: "",
    help: "with --host: let everybody who can reach that address read, write and delete, without a token and in plain text unless --tls-cert is given",
    allowed: "true or false",
    fallback: "off",
    read: readSwitch,
  },
  tlsCert: {
    flag: "--tls-cert",
    argument: "FILE",
    help: "certificate chain in PEM, the hub's own first: the hub speaks https and wss, and takes a renewed one without a restart",
    allowed: "the path of a file",
    fallback: "none",
    read: (text) => text,
  },
  tlsKey: {
    flag: "--tls-key",
    argument: "FILE",
    help: "private key of --tls-cert in PEM, without a passphrase",
    allowed: "the path of a file",
    fallback: "none",
    read: (text) => text,
  },
  hstsMs: {
    flag: "--hsts",
    argument: "DURATION",
    help: "with --tls-cert: for so long browsers use https alone for this host name, at every port; 0 makes them forget that",
    allowed: "0 to 730d, such as 30d",
    fallback: "30d",
    read: readDuration,
  },
  plainText: {
    flag: "--plain-text",
    argument: "",
    help: "with --host: let other machines speak to the hub without TLS, such as a proxy that has it; whoever can listen in between reads the tokens",
    allowed: "true or false",
    fallback: "off",
    read: readSwitch,
  },
  trustProxy: {
    flag: "--trust-proxy",
    argument: "ADDRESSES",
    help: "proxies that are believed for whom they ask (X-Forwarded-For, -Host, -Proto); whoever comes through one needs a token; repeat it, or separate several by commas",
    allowed: "IP addresses, networks such as 172.16.0.0/12, and the word loopback",
    fallback: "none",
    read: readPeers,
  },
  basePath: {
    flag: "--base-path",
    argument: "PATH",
    help: "where a proxy serves the hub that leaves this path in what it hands on; / where it has a host of its own or takes the path away",
    allowed: "a path such as /hub: letters, digits, . _ ~ - between slashes",
    fallback: "/",
    read: readBasePath,
  },
  demo: {
    flag: "--demo",
    argument: "",
    help: "run a simulated fleet beside the hub, with its readings in ./data-demo",
    allowed: "true or false",
    fallback: "off",
    read: readSwitch,
  },
  self: {
    flag: "--self",
    argument: "",
    help: "make this computer a device, with its CPU, memory, disk, network; on with --demo, unless HUB_SELF is false",
    allowed: "true or false",
    fallback: "off",
    read: readSwitch,
  },
  commitDelayMs: {
    flag: "--commit-delay",
    argument: "DURATION",
    help: "how long a commit waits for company, in ms; more spares an SD card and makes acknowledgements later",
    allowed: "0 to 10000 ms, such as 20 or 20ms",
    fallback: "0",
    read: readDuration,
  },
  budget: {
    flag: "--budget",
    argument: "SIZE",
    help: "what the data may take: beyond it the oldest raw readings go. auto: half of the free disk at the first start, 20 GB at most; off: all of it",
    allowed: "auto, off, or a size of at least 1MB such as 500MB or 2GB",
    fallback: "auto",
    read: readBudget,
  },
  keep: {
    flag: "--keep",
    argument: "AGES",
    help: 'how long what is kept of series that no policy of the page matches, such as "raw 30d, minute 1y, hour forever"; raw readings go where their hours stay',
    allowed: keepAllowed,
    fallback: "forever",
    read: readKeep,
  },
  minFreeBytes: {
    flag: "--min-free",
    argument: "SIZE",
    help: "free disk space below which readings are refused with storage_full, and /health says so; a plain number is MB",
    allowed: "a size such as 512, 512MB or 2GB",
    fallback: "512MB",
    read: (text) => readSize(text, "MB"),
  },
  journalBudgetBytes: {
    flag: "--journal-budget",
    argument: "SIZE",
    help: "size of the journal that holds the newest readings uncompressed; less makes a restart shorter and the disk busier; an eighth of --budget at most",
    allowed: "a size from 64KiB to 16GiB, such as 64MiB",
    fallback: "64MiB",
    read: (text) => readSize(text, "B"),
  },
  headBudgetBytes: {
    flag: "--head-budget",
    argument: "SIZE",
    help: "memory for the newest readings of all series together; less costs space on the disk where series are many",
    allowed: "a size from 1MiB to 64GiB, such as 128MiB",
    fallback: "128MiB",
    read: (text) => readSize(text, "B"),
  },
  walAlarmBytes: {
    flag: "--wal-alarm",
    argument: "SIZE",
    help: "size of the database's write-ahead log beyond which /health says degraded: somebody reads an old state of it",
    allowed: "a size of at least 96MiB, such as 256MiB",
    fallback: "256MiB",
    read: (text) => readSize(text, "B"),
  },
  onCorrupt: {
    flag: "--on-corrupt",
    argument: "WHAT",
    help: "a damaged database at the start: rename puts it aside and begins anew, refuse ends the hub",
    allowed: "rename or refuse",
    fallback: "rename",
    read: (text) => text,
  },
  allowOrigin: {
    flag: "--allow-origin",
    argument: "ORIGIN",
    help: "a foreign origin whose pages may use the hub; repeat it, or separate several by commas",
    allowed: "scheme, host and port of a page without a path, such as https://board.example:3000",
    fallback: "none",
    read: readOrigins,
  },
  log: {
    flag: "--log",
    argument: "FORM",
    help: "text for people, json for machines (one JSON object a line)",
    allowed: "text or json",
    fallback: "text",
    read: (text) => text,
  },
} as const satisfies Record<string, Words>;
