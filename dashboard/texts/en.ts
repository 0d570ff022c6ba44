/** Every text of the page in English, so that wording stays one voice. The other languages have the same shape. */
import type { PresenceReason, PresenceState } from "../../server/protocol/index.ts";

export const en = {
  product: "Telemetry hub",
  skipToContent: "Skip to the charts",

  pages: {
    label: "Pages",
    fleet: "Devices",
    connect: "Connect",
    loading: "Loading the page",
    failed: "This part of the page could not be loaded.",
    reload: "Load the page again",
  },
  settings: {
    label: "Settings",
    language: "Language",
    theme: "Colours",
    times: "Times",
    local: (zone: string) => `of this device (${zone})`,
    hub: (zone: string) => `of the hub (${zone})`,
    hubUnknown: "of the hub",
  },

  link: {
    open: "Live",
    doubtful: "Checking",
    connecting: "Connecting",
    waiting: "Disconnected",
    ended: "Disconnected",
  },
  banner: {
    lost: "Connection to the hub lost.",
    offline: "This device is offline.",
    doubtful: "Asking whether the hub is still there.",
    connecting: "Trying to reach the hub.",
    ended: (reason: string) => `The hub closed the connection and asked not to come back: ${reason}.`,
    asOf: (time: string) => `Values as of ${time}.`,
    retryIn: (duration: string) => `Next try in ${duration}.`,
    retryNow: "Try now",
  },
  signIn: {
    state: "Signed out",
    heading: "This hub asks for its token",
    intro:
      "It was shown once, where the hub was started with --lan. Whoever lost it starts the hub with --new-token to get another.",
    token: "Token",
    submit: "Sign in",
    wrong: "This is not the hub's token, or not any more.",
    kept: "This tab keeps it until you close the tab.",
  },
  counts: {
    devices: (count: number) => (count === 1 ? "device" : "devices"),
    online: "online",
    series: "series",
    /** Of a series that reports faster, one a second comes to this page. */
    rate: "updates/s",
    notYet: "–",
    label: "What the hub holds",
  },
  theme: {
    label: "Colour theme",
    system: "Follow the system's theme",
    light: "Light theme",
    dark: "Dark theme",
  },

  list: {
    heading: "Devices",
    search: "Search devices",
    searchHint: "Search by name, id or label",
    connect: "Connect a device",
    filter: "Show devices by state",
    all: "All",
    sort: "Sort by",
    sorts: { name: "Name", state: "State", seen: "Last seen" },
    nothing: (query: string) => `No device matches “${query}”.`,
    nothingInState: (state: string) => `No device is ${state} now.`,
    clear: "Show all devices",
    noValues: "no reading yet",
    loading: "Loading devices",
    back: "All devices",
  },
  fleet: {
    /** How the devices are, the trouble first. */
    inTrouble: (trouble: string, all: string) => `${trouble} of ${all} in trouble`,
    allWell: (all: string) => `all ${all} are well`,
    states: { trouble: "in trouble", alarm: "in alarm", warn: "in warning" },
    group: "Group by",
    groups: {
      none: "No groups",
      kind: "By kind",
      gateway: "By gateway",
      label: (key: string) => `By ${key}`,
      without: "Others",
    },
    sorts: { name: "By name", state: "Trouble first", seen: "Last seen first" },
    look: "Show as",
    looks: { cards: "Cards", rows: "Rows" },
    span: "Time range of the curves",
    spans: (range: string) => `Curves: ${range}`,
    tools: "Find and order devices",
    found: (count: number) => `${count} ${count === 1 ? "device" : "devices"} found`,
    inZone: (label: string, zone: string) => `${label}: ${zone}`,
    noneIn: (range: string) => `none in ${range}`,
    countIn: (count: string, state: string) => `${count} ${state}`,
    problem: (message: string) => `The hub could not tell the past of the curves: ${message}`,
  },
  presence: {
    online: "online",
    silent: "silent",
    offline: "offline",
  } satisfies Record<PresenceState, string>,
  reason: {
    connected: "connected",
    reporting: "reporting",
    asleep: "asleep between reports",
    no_reading: "connected, but sends nothing",
    closed: "it closed the connection",
    timeout: "nothing more came from it",
    replaced: "replaced by a newer connection",
    hub_restart: "not back since the hub restarted",
    gateway_offline: "its gateway is offline",
    removed: "removed",
  } satisfies Record<PresenceReason, string>,

  /** Lengths of time, each with its number already written. */
  duration: {
    ms: (count: string) => `${count}\u202fms`,
    s: (count: string) => `${count}\u202fs`,
    min: (count: string) => `${count}\u202fmin`,
    h: (count: string) => `${count}\u202fh`,
    d: (count: string) => `${count}\u202fd`,
    y: (count: string) => `${count}\u202fy`,
  },
  age: (duration: string) => `${duration} ago`,
  ageNow: "now",

  device: {
    unknown: (id: string) => `The hub knows no device “${id}”.`,
    unknownHint: "It appears here by itself with its first reading.",
    noReadings: "No readings from this device yet.",
    since: (duration: string) => `for ${duration}`,
    lastSeen: (age: string) => `last heard of ${age}`,
    every: (interval: string) => `every ${interval}`,
    onEvent: "on event",
    historic: "historic data",
    via: (gateway: string) => `through ${gateway}`,
    problem: (message: string) => `The hub could not tell the past: ${message}`,
    retry: "Try again",
    stands: (from: string, to: string) => `${from} – ${to}`,
    backToLive: "Back to live",
    backToAll: "Show everything",
    endsAt: (time: string) => `Ends at the newest reading, ${time}`,
  },
  refused: {
    summary: (count: number, more: boolean, age: string) =>
      `${more ? "At least " : ""}${count} ${count === 1 ? "reading was" : "readings were"} refused, the last ${age}`,
    list: "Refused readings, newest first",
  },
  range: {
    label: "Time range",
    chosen: "the chosen stretch",
    names: {
      "1m": "1 minute",
      "5m": "5 minutes",
      "15m": "15 minutes",
      "1h": "1 hour",
      "6h": "6 hours",
      "24h": "24 hours",
      "7d": "7 days",
      "30d": "30 days",
      "1y": "1 year",
      all: "Everything",
    },
    short: {
      "1m": "1 m",
      "5m": "5 m",
      "15m": "15 m",
      "1h": "1 h",
      "6h": "6 h",
      "24h": "24 h",
      "7d": "7 d",
      "30d": "30 d",
      "1y": "1 y",
      all: "All",
    },
  },
  chart: {
    noneInRange: "No readings in this range",
    loading: "Loading",
    min: "min",
    mean: "mean",
    max: "max",
    table: "Show values as a table",
    chart: "Show values as a chart",
    time: "Time",
    value: "Value",
    newestFirst: "newest first",
    rowsLeft: (count: number) => `and ${count} earlier rows`,
    describe: (label: string, newest: string, summary: string) => `${label}: newest ${newest}. ${summary}`,
    between: (min: string, max: string, range: string) => `Between ${min} and ${max} in ${range}.`,
    shares: (shares: string, range: string) => (shares === "" ? "" : `${shares} in ${range}.`),
    otherStates: (count: number) => `${count} others`,
    on: "on",
    off: "off",
  },

  connect: {
    heading: "Connect a device",
    emptyHeading: "Connect your first device",
    emptyIntro:
      "Nothing has sent a reading yet. Pick a way below: this page lights up as soon as the first one is stored.",
    intro: "A device comes into being with its first reading; there is nothing to set up here.",
    waiting: "Waiting for the first reading",
    waitingForAnother: "Waiting for a new device",
    arrived: (device: string) => `First reading from ${device}`,
    address: "This hub's address",
    tabs: "Ways to connect",
    copy: "Copy",
    copied: "Copied",
    copyFailed: "Select the text and copy it",
    tryHeading: "No device at hand?",
    tryText:
      "Let this page play one: it sends a slow wave, stored like any other reading, until you stop it or close the page.",
    tryStart: "Send readings from this page",
    tryStop: "Stop sending",
    open: "Open the device",
    ways: {
      browser: { name: "Browser", hint: "Save as a file and open it, or paste it into any page of yours." },
      javascript: {
        name: "JavaScript",
        hint: "Runs in Node 22 or newer, Deno, Bun and in a browser's console; nothing to install.",
      },
      python: { name: "Python", hint: "Standard library only; nothing to install." },
      curl: { name: "curl", hint: "One reading by HTTP. The answer comes once it is on disk." },
    },
  },
} as const;

/** The shape that every language fills: English with its wording taken out. */
export type Texts = Worded<typeof en>;

type Worded<Part> = Part extends string
  ? string
  : Part extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Key in keyof Part]: Worded<Part[Key]> };
