/** What goes wrong with what is measured: no number, another type, more than fits. */

import { tally } from "./hub-view.ts";
import type { Fault } from "./stage.ts";
import type { SentRow, Visit } from "./visit.ts";

/** Errors that were answered to whole frames, as `invalid_json 2`. */
function errorsOf(visit: Visit): string {
  const counts = new Map<string, number>();
  for (const { code } of visit.errors) counts.set(code, (counts.get(code) ?? 0) + 1);
  return tally(counts);
}

export const notANumber: Fault = {
  name: "not-a-number",
  does: 'NaN and Infinity come as bare words, which is no JSON, then 1e999 and null as values, then "NaN" as text',
  expectation:
    "the hub refuses the two frames (invalid_json), of the others the bad rows alone (invalid_value, type_mismatch), and keeps the connection",
  async play(stage) {
    const good = stage.rows(4, stage.start, (index) => index + 0.5);
    const [first, second, third, fourth] = good as [SentRow, SentRow, SentRow, SentRow];
    const visit = await stage.connect({ session: stage.session });
    await visit.deliver(1, [first]);
    const at = stage.start + 100;
    for (const word of ["NaN", "-Infinity"])
      visit.send(`{"type":"readings","seq":2,"readings":[{"metric":"level","value":${word},"time":${at}}]}`);
    const text = JSON.stringify({
      type: "readings",
      seq: 3,
      readings: [
        { ...second },
        { metric: "level", value: null, time: at },
        { metric: "level", value: "HUGE", time: at },
      ],
    });
    visit.send(text.replace('"HUGE"', "1e999"));
    await visit.deliver(4, [third, { metric: "level", value: "NaN", time: at }]);
    await visit.deliver(5, [fourth]);
    stage.expect("frames refused", "invalid_json 2", errorsOf(visit));
    await stage.expectRefused("invalid_value 2, type_mismatch 1");
    await stage.expectStored("good readings", good);
    stage.expectOpen(visit);
  },
};

export const wrongType: Fault = {
  name: "wrong-type",
  does: "a series of numbers gets a text, a boolean, an object and a list",
  expectation:
    "the hub refuses those rows by name (type_mismatch, invalid_value), stores the good rows of the same frames, and the series stays one of numbers",
  async play(stage) {
    const good = stage.rows(5, stage.start, (index) => index);
    const wrong = ["21.5", true, { celsius: 21.5 }, [21.5]];
    const visit = await stage.connect({ session: stage.session });
    await visit.deliver(1, good.slice(0, 1));
    for (const [index, value] of wrong.entries()) {
      const bad = { metric: "level", value, time: stage.start + 100 + index };
      await visit.deliver(index + 2, [bad, good[index + 1] as SentRow]);
    }
    await stage.expectRefused("invalid_value 2, type_mismatch 2");
    stage.expect("rows named in acknowledgements", 4, visit.rejected.filter(({ index }) => index === 0).length);
    await stage.expectStored("good readings", good);
  },
};

export const oversize: Fault = {
  name: "oversize",
  does: "a frame has one reading too many, one nests too deep, one holds a text of 257 characters, and one is a byte too big",
  expectation:
    "the hub refuses the first two (too_many_readings, too_deep), of the third the one row (invalid_value), closes the connection at the last with 1009, stores nothing of them, and takes smaller frames when the device comes back",
  async play(stage) {
    const good = stage.rows(2, stage.start, (index) => index);
    const session = stage.session;
    const visit = await stage.connect({ session });
    const { frameBytes, readingsPerFrame, depth } = visit.welcome.limits;
    const tooMany = `{"type":"readings","seq":1,"readings":[${'{"metric":"big","value":1},'.repeat(readingsPerFrame)}{"metric":"big","value":1}]}`;
    if (tooMany.length <= frameBytes) visit.send(tooMany);
    visit.send(`{"type":"readings","seq":2,"device":${"[".repeat(depth)}${"]".repeat(depth)},"readings":[]}`);
    const long = { metric: "note", value: "x".repeat(257), time: stage.start };
    await visit.deliver(3, [good[0] as SentRow, long]);
    stage.expect(
      "frames refused",
      tooMany.length <= frameBytes ? "too_deep 1, too_many_readings 1" : "too_deep 1",
      errorsOf(visit),
    );
    await stage.expectRefused("invalid_value 1");
    const tooBig = JSON.stringify({ type: "readings", seq: 4, readings: [{ metric: "big", value: 1 }] });
    visit.send(tooBig.padEnd(frameBytes + 1));
    stage.expect("close code", 1009, await visit.closed());
    const back = await stage.connect({ session });
    await back.deliver(5, [good[1] as SentRow]);
    await stage.expectStored("readings of frames that fit", good);
    stage.expect("series of frames too big", 0, await stage.hub.seriesCount(stage.device, "big"));
  },
};
