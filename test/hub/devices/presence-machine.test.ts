/** Plays each cell of the table in `server/hub/devices/README.md`. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ConnectionEnd, PresenceConnection } from "../../../server/hub/devices/presence.ts";
import { minute, second, world } from "./presence-world.ts";

const readme = new URL("../../../server/hub/devices/README.md", import.meta.url);
const goodbye: ConnectionEnd = { reason: "closed", clean: true };
const cut: ConnectionEnd = { reason: "closed", clean: false };
const unanswered: ConnectionEnd = { reason: "timeout", clean: false };
const takenOver: ConnectionEnd = { reason: "replaced", clean: true };

/** The rows of the table below `<!-- transitions -->`: their cells, the first row being the names of the states. */
function table(): string[][] {
  const [, behind = ""] = readFileSync(readme, "utf8").split("<!-- transitions -->");
  const lines = behind.trimStart().split("\n");
  const rows = lines.slice(0, lines.indexOf("")).filter((line) => !/^\| *-/.test(line));
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** A device, `mote`, in a world where its gateway is `gateway`, and `relay` another one. `own`: its connection is its own, and not its gateway's. */
class Life {
  readonly #world;
  #own: PresenceConnection | undefined;
  #gateway: PresenceConnection;

  constructor(own: boolean, beforeStart = false) {
    this.#world = world(({ catalog, clock }) => {
      if (!beforeStart) return;
      const mote = catalog.device("mote", 0);
      mote.meta = { reportInterval: minute };
      catalog.addSeries(mote, "temperature", "number").latestReceivedMs = clock.now();
    });
    const { device, presence } = this.#world;
    this.#gateway = presence.connected(device("gateway", { reportInterval: 0 }));
    presence.connected(device("relay", { reportInterval: 0 }));
    if (beforeStart) return;
    device("mote", { reportInterval: minute });
    if (own) this.connect();
    else this.spokenFor("gateway");
    this.report();
  }

  get seen(): string {
    return this.#world.seen("mote");
  }

  connect(): void {
    this.#own = this.#world.presence.connected(this.#world.device("mote"));
  }

  spokenFor(by: string): void {
    this.#world.presence.spokenFor(this.#world.device("mote"), this.#world.device(by));
  }

  report(): void {
    this.#world.report("mote");
  }

  refuse(): void {
    this.#world.refuse("mote");
  }

  end(end: ConnectionEnd): void {
    this.#own?.closed(end);
  }

  gatewayEnds(end: ConnectionEnd): void {
    this.#gateway.closed(end);
  }

  gatewayIsBack(): void {
    this.#gateway = this.#world.presence.connected(this.#world.device("gateway"));
  }

  wait(ms = 150 * second): void {
    this.#world.clock.advance(ms);
  }
}

/** What the table calls each event; `gateway`: the device must be carried by its gateway to meet it. */
const events: Record<string, { readonly play: (life: Life) => void; readonly gateway?: true }> = {
  "it connects": { play: (life) => life.connect() },
  "a gateway speaks for it": { play: (life) => life.spokenFor("relay") },
  "a reading is committed": { play: (life) => life.report() },
  "one is refused with all others": { play: (life) => life.refuse() },
  "it says goodbye": { play: (life) => life.end(goodbye) },
  "it is cut, or closed by the hub": { play: (life) => life.end(cut) },
  "it answers no ping": { play: (life) => life.end(unanswered) },
  "a newer connection of it takes over": { play: (life) => life.end(takenOver) },
  "its gateway says goodbye": { play: (life) => life.gatewayEnds(goodbye), gateway: true },
  "its gateway is cut": { play: (life) => life.gatewayEnds(cut), gateway: true },
  "its gateway is back": { play: (life) => life.gatewayIsBack() },
  "grace is over": { play: (life) => life.wait() },
};

/** How a device comes to be in a state of the table, each of them past the two seconds in which readings are in flight. */
const states: Record<string, readonly ((gateway: boolean) => Life)[]> = {
  "online connected": [(gateway) => new Life(!gateway)],
  "silent no_reading": [(gateway) => after(new Life(!gateway), (life) => life.wait())],
  "online asleep": [() => after(new Life(true), (life) => life.end(goodbye), rest)],
  "online asleep, with its gateway": [() => after(new Life(false), (life) => life.gatewayEnds(goodbye), rest)],
  "online reporting": [
    () =>
      after(
        new Life(true),
        (life) => life.end(unanswered),
        rest,
        (life) => life.report(),
      ),
  ],
  "online replaced": [() => after(new Life(true), (life) => life.end(takenOver), rest)],
  "online closed": [() => after(new Life(true), (life) => life.end(cut))],
  "online gateway_offline": [() => after(new Life(false), (life) => life.gatewayEnds(cut))],
  "online hub_restart": [() => new Life(true, true)],
  offline: [
    () =>
      after(
        new Life(true),
        (life) => life.end(goodbye),
        rest,
        (life) => life.wait(),
      ),
    () => after(new Life(true), (life) => life.end(cut), rest),
    () => after(new Life(true), (life) => life.end(unanswered), rest),
    () =>
      after(
        new Life(true),
        (life) => life.end(takenOver),
        (life) => life.wait(),
      ),
    () => after(new Life(true, true), (life) => life.wait()),
    () =>
      after(
        new Life(false),
        (life) => life.gatewayEnds(cut),
        (life) => life.wait(),
      ),
  ],
};

function after(life: Life, ...steps: readonly ((life: Life) => void)[]): Life {
  for (const step of steps) step(life);
  return life;
}

function rest(life: Life): void {
  life.wait(3 * second);
}

describe("the state machine of presence", () => {
  const [[, ...columns] = [], ...rows] = table();

  it("has all its states and events in the table", () => {
    expect(columns).toEqual(Object.keys(states));
    expect(rows.map(([event]) => event)).toEqual(Object.keys(events));
    const reasons = states.offline?.map((make) => make(false).seen);
    expect([...new Set(reasons)].sort()).toEqual(
      ["closed", "gateway_offline", "hub_restart", "replaced", "timeout"].map((reason) => `offline ${reason}`),
    );
  });

  const cells = rows.flatMap(([event = "", ...next]) =>
    next.map((cell, at) => [event, columns[at] ?? "", cell] as const),
  );
  it.each(cells.filter(([, , cell]) => cell !== ""))("[P53] [P54] [P55] %s: %s → %s", (name, state, cell) => {
    const event = events[name];
    for (const make of states[state] ?? []) {
      const life = make(event?.gateway === true);
      const before = life.seen;
      expect(before.startsWith(state.split(",")[0] ?? "")).toBe(true);
      event?.play(life);
      const [, from, there] = /^from (\w+): (.+)$/.exec(cell) ?? [undefined, undefined, cell];
      const stays = cell === "–" || (from !== undefined && !before.endsWith(from));
      expect(life.seen).toBe(stays ? before : there);
    }
  });
});
