/** A past that is thinned out: which reports stay does not depend on where it begins. */
import { describe, expect, it } from "vitest";
import { type Profile, profiles } from "../../simulator/profiles.ts";
import { reportsUntil } from "./models.ts";

const from = Date.UTC(2026, 5, 1, 9, 30);
const hour = 3_600_000;

describe("[S3] a past that is filled in again, begun some hours later", () => {
  it.each(profiles.map((profile): [string, Profile] => [profile.name, profile]))(
    "has the reports of a %s that are there already, and no others (seed 7)",
    (_, { Model, device }) => {
      for (const stride of [7, 60]) {
        const until = from + (device(0).startsWith("battery") ? 300 : 30) * hour;
        const thinned = (begin: number) =>
          reportsUntil(new Model({ device: device(0), seed: 7, from: begin }), until, stride).map(({ time }) => time);
        const again = thinned(from + 4 * hour + 12_345);
        const there = new Set(thinned(from));
        // Its first report says what holds where it begins. Shares and homes fall in step with their next change of state.
        const inStep = from + 20 * hour;
        expect(again.filter((time) => time > inStep && !there.has(time))).toEqual([]);
        expect(again.length).toBeGreaterThan(5);
      }
    },
  );
});
