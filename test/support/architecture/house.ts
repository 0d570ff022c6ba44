/** The plan of the house: which floor a file stands on, who owns which package, and what may stand in the root. */

/** Floors of one program, the lowest first. A file imports its own floor or a lower one. Paths ending with `/` are folders. */
export const floors: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "server/": [
    ["server/protocol/"],
    [
      "server/ports.ts",
      "server/config.ts",
      "server/config-values.ts",
      "server/config-words.ts",
      "server/loopback.ts",
      "server/formats/",
    ],
    ["server/store/", "server/bus/"],
    ["server/hub/"],
    ["server/transport/"],
    ["server/app.ts"],
    ["server/main.ts", "server/main/", "server/tools/", "server/deploy/"],
  ],
  "dashboard/": [
    ["dashboard/client/", "dashboard/public/", "dashboard/styles/", "dashboard/texts/"],
    ["dashboard/data/"],
    ["dashboard/widgets/"],
    ["dashboard/elements/", "dashboard/pages/"],
    ["dashboard/main.ts"],
  ],
  "simulator/": [
    ["simulator/random.ts"],
    ["simulator/model.ts", "simulator/devices/", "simulator/market/", "simulator/link.ts", "simulator/link/"],
    [
      "simulator/profiles.ts",
      "simulator/fleet.ts",
      "simulator/fleet/",
      "simulator/self.ts",
      "simulator/faults.ts",
      "simulator/faults/",
      "simulator/options.ts",
      "simulator/option-values.ts",
      "simulator/terminal.ts",
    ],
    ["simulator/words.ts", "simulator/load/", "simulator/replay/", "simulator/record/", "simulator/main.ts"],
  ],
};

/** All that dashboard and simulator see of the server. */
export const door = "server/protocol/index.ts";

/**
 * Who may import a package; a path ending with `/` is a folder. The first three have one owner in each program, so that the
 * rest of it does not know which library it is: the hub's sockets, the simulator's (its link takes any WebSocket), the file
 * format, the charts. Tests may import everything: they look at the hub from outside.
 */
export const owners: Readonly<Record<string, readonly string[]>> = {
  ws: [
    "server/transport/websocket.ts",
    "server/transport/socket-line.ts",
    "server/transport/socket-peer.ts",
    "simulator/main.ts",
    "simulator/load/dashboards.ts",
  ],
  "better-sqlite3": ["server/store/sqlite/driver.ts"],
  uplot: ["dashboard/widgets/plot.ts"],
  zod: ["server/protocol/", "server/config.ts"],
  commander: [
    "server/config.ts",
    "server/tools/import/options.ts",
    "simulator/options.ts",
    "simulator/option-values.ts",
    "simulator/load/options.ts",
    "simulator/replay/options.ts",
    "simulator/record/command.ts",
  ],
  "csv-parse": ["simulator/replay/csv.ts"],
  "hyparquet-writer": ["server/formats/parquet.ts"],
  pino: ["server/main/log.ts"],
  systeminformation: ["simulator/devices/computer/machine.ts"],
  uqr: ["server/main/lan.ts", "dashboard/elements/qr-code.ts"],
  "prom-client": ["server/transport/http/metrics.ts"],
  lit: ["dashboard/"],
  tsx: ["server/store/sqlite/bootstrap.mjs"],
  vite: ["vite.config.ts", "server/tools/"],
  vitest: ["vitest.config.ts"],
};

/** Where nothing of Node may be imported: it runs in a browser too. */
export const withoutNode: readonly string[] = ["server/protocol/", "dashboard/"];

/** Modules of the contract that bring zod into the page, each with the reason. None does. */
export const zodInThePage: readonly string[] = [];

/** Folders of the root, besides hidden ones and what git ignores. */
export const topFolders: readonly string[] = ["server/", "dashboard/", "simulator/", "test/"];

/** Files of the root, besides hidden ones: those that tools and hosts expect there. */
export const topFiles: readonly string[] = [
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "vite.config.ts",
  "vitest.config.ts",
  "biome.json",
  "knip.json",
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  "SECURITY.md",
];

/** Where a test may let time pass, each with the reason. */
export const mayWait: Readonly<Record<string, string>> = {
  "test/chaos/": "a kill comes at a moment of its own, and a broken hub of the proof is late by a time",
  "test/bench/": "a measurement lasts for a time",
};

/** Longest file, lines. */
export const maxLines = 350;

/** What may be longer: a table that is looked up, not read. A language is one file, so that whoever adds one writes one. */
export const mayBeLong: readonly string[] = ["dashboard/texts/"];
