/** The page that shows how to connect a device, and what arrived. */
export const connect = {
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
  tokenElsewhere:
    "Programs on other machines need the hub's token too, as Authorization: Bearer TOKEN or in hello.token.",
  thisMachine: (host: string) =>
    `A board cannot reach ${host}. Start the hub with --lan and open this page by the address that it prints: the program then has it.`,
  ways: {
    browser: { name: "Browser", hint: "Save as a file and open it, or paste it into any page of yours." },
    node: {
      name: "Node",
      hint: "JavaScript: runs in Node 22 or newer, Deno, Bun and in a browser's console; nothing to install.",
    },
    python: { name: "Python", hint: "Standard library only; nothing to install." },
    java: {
      name: "Java",
      hint: "Save as Sensor.java and run “java Sensor.java”: Java 11 or newer, nothing but the JDK.",
    },
    curl: { name: "curl", hint: "One reading by HTTP. The answer comes once it is on disk." },
    arduino: {
      name: "Arduino",
      hint: "For an ESP32, with the libraries that come with its core. It measures its own radio; put your sensor there. The repository has a sketch that keeps its readings while the hub is away.",
    },
  },
} as const;

export const arrivals = {
  heading: "What arrived",
  intro: "In the last minute, as the hub saw it.",
  senders: "Senders of the last minute, the newest first",
  refusals: "What was refused lately, the newest first",
  ways: { socket: "WebSocket", http: "HTTP" },
  stranger: "no device named yet",
  thisMachine: "this machine",
  readings: (count: string, exact: number) => `${count} ${exact === 1 ? "reading" : "readings"}`,
  refused: (count: string) => `${count} refused`,
  connected: "connected",
  more: (count: string) => `and ${count} more senders`,
  nothing: "Nothing arrived in the last minute.",
  loading: "Asking the hub",
  failed: (message: string) => `The hub did not tell what arrived: ${message}`,
  times: (count: string) => `${count} times`,
  since: (age: string) => `first ${age}`,
  wrongTokens: (count: string, exact: number) =>
    `${count} ${exact === 1 ? "wrong token was" : "wrong tokens were"} refused since the hub started.`,
} as const;
