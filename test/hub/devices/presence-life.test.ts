/** Whatever happens to devices and gateways, in any order: what always holds. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PresenceConnection } from "../../../server/hub/devices/presence.ts";
import { printedSeed } from "../../support/seed.ts";
import { second, world } from "./presence-world.ts";

const gateways = ["g1", "g2"];
const ids = [...gateways, "a", "b", "c"];
const intervals = { g1: 0, g2: undefined, a: 10 * second, b: 60 * second, c: undefined };

const id = fc.constantFrom(...ids);
const step = fc.oneof(
  fc.record({ what: fc.constantFrom("connect", "goodbye", "cut", "report", "declare", "remove"), id }),
  fc.record({ what: fc.constant("speak"), id, by: fc.constantFrom(...gateways) }),
  fc.record({
    what: fc.constantFrom("pass", "stall", "jump"),
    ms: fc.oneof(fc.nat(500), fc.nat(20_000), fc.nat(800_000)),
  }),
);

describe("presence in a random life", () => {
  it("[P53] [P54] [P55] [P77] tells each change once, counts right, waits behind one timer, and calls nobody offline who is connected", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 60, maxLength: 120 }), (steps) => {
        const { clock, catalog, presence, device, report, seen, told } = world();
        for (const [one, reportInterval] of Object.entries(intervals)) {
          device(one, reportInterval === undefined ? {} : { reportInterval });
        }
        const connections = new Map<string, PresenceConnection>();
        /** Who spoke last for whom, and while that gateway has the connection over which it did, that. */
        const speakers = new Map<string, string>();
        const carried = new Map<string, PresenceConnection>();
        const end = (one: string, how: "goodbye" | "cut") => {
          connections.get(one)?.closed({ reason: "closed", clean: how === "goodbye" });
          connections.delete(one);
        };
        for (const one of steps) {
          const before = Object.fromEntries(ids.map((each) => [each, seen(each)]));
          told.length = 0;
          if ("ms" in one) {
            if (one.what === "pass") clock.advance(one.ms);
            else if (one.what === "stall") clock.stall(one.ms);
            else clock.jump(one.ms);
            // The wall clock was set: nothing happened.
            if (one.what === "jump") expect(told).toEqual([]);
          } else if ("by" in one) {
            const speaker = connections.get(one.by);
            if (one.id !== one.by && speaker) {
              presence.spokenFor(device(one.id), device(one.by));
              carried.set(one.id, speaker);
              speakers.set(one.id, one.by);
            }
          } else if (one.what === "connect") {
            const older = connections.get(one.id);
            connections.set(one.id, presence.connected(device(one.id)));
            for (const [child, over] of carried)
              if (over === older) carried.set(child, connections.get(one.id) as PresenceConnection);
          } else if (one.what === "report") report(one.id);
          else if (one.what === "declare") {
            device(one.id, { reportInterval: 30 * second });
            presence.declared(device(one.id));
          } else if (one.what === "remove") {
            presence.removed(device(one.id));
            catalog.removeDevice(device(one.id));
            connections.delete(one.id);
            carried.delete(one.id);
            for (const [child, by] of [...speakers]) if (child === one.id || by === one.id) speakers.delete(child);
            before[one.id] = seen(one.id);
          } else end(one.id, one.what as "goodbye" | "cut");

          const now = Object.fromEntries(ids.map((each) => [each, seen(each)]));
          for (const each of ids) {
            // What was told leads from what was shown to what is, each change another one than that before.
            const path = [
              before[each],
              ...told.filter((change) => change.startsWith(`${each} `)).map((change) => change.slice(each.length + 1)),
            ];
            expect(path.at(-1)).toBe(now[each]);
            for (let at = 1; at < path.length; at++) expect(path[at]).not.toBe(path[at - 1]);
            const over = carried.get(each);
            const isCarried = over !== undefined && [...connections.values()].includes(over);
            const speaker = speakers.get(each);
            if (speaker !== undefined && connections.has(speaker))
              expect(now[each]).not.toBe("offline gateway_offline");
            if (connections.has(each) || isCarried) expect(now[each]).toMatch(/^(online connected|silent no_reading)$/);
          }
          const tally = { online: 0, silent: 0, offline: 0 };
          for (const known of catalog.devices()) tally[presence.stateOf(known).state] += 1;
          expect(presence.counts(catalog.deviceCount)).toEqual(tally);
          expect(clock.pending).toBeLessThanOrEqual(1);
        }
      }),
      { seed: printedSeed("presence in a random life"), numRuns: 100 },
    );
  });
});
