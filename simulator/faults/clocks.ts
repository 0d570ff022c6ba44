/** What goes wrong with a device's clock: it is off by a constant, steps, or never was set. */
import type { Fault } from "./stage.ts";
import type { SentRow } from "./visit.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

export const clockSkew: Fault = {
  name: "clock-skew",
  does: "the device's clock is an hour behind, then 3 minutes ahead, then 10 minutes",
  expectation:
    "the hub stores what is at most 5 minutes ahead with the times given, refuses what is further ahead (time_ahead) and keeps it until a person decides, so that it never becomes the latest, and tells how far the clock is off",
  async play(stage) {
    const behind = stage.rows(5, stage.start - 60 * minute, (index) => index);
    const ahead = stage.rows(5, stage.start + 3 * minute, (index) => 10 + index);
    const farAhead = stage.rows(5, stage.start + 10 * minute, (index) => 20 + index);
    const visit = await stage.connect({ session: stage.session });
    await visit.deliver(1, behind);
    await visit.deliver(2, ahead);
    await visit.deliver(3, farAhead);
    await stage.expectStored("readings behind", behind);
    await stage.expectStored("readings 3 minutes ahead", ahead);
    await stage.expectRefused("time_ahead 5");
    stage.expect("latest", 14, Number((await stage.hub.latest(stage.device, "level"))?.value));
    stage.expect("kept for a person", 5, await stage.hub.quarantined(stage.device, stage.start));
    await visit.tellTime(10 * minute);
    const { skew = 0 } = await stage.hub.device(stage.device);
    stage.expect("minutes that its clock is told to be ahead", 10, Math.round(skew / minute));
  },
};

export const clockJump: Fault = {
  name: "clock-jump",
  does: "the device's clock steps back, so that times come again with other values, then a day forward, and then is right again",
  expectation: "the hub keeps the later arrival of each time, refuses the day ahead (time_ahead), and goes on",
  async play(stage) {
    const { start } = stage;
    const before = stage.rows(30, start, (index) => index);
    const again = stage.rows(30, start + 15, (index) => 100 + index);
    const tomorrow = stage.rows(5, start + day, (index) => 200 + index);
    const after = stage.rows(10, start + 45, (index) => 300 + index);
    const visit = await stage.connect({ session: stage.session });
    let seq = 0;
    for (const rows of [before, again, tomorrow, after]) await visit.deliver(++seq, rows);
    await stage.expectStored("readings", [...before, ...again, ...after]);
    stage.expect("called stored", 70, visit.stored);
    await stage.expectRefused("time_ahead 5");
  },
};

export const year1970: Fault = {
  name: "year-1970",
  does: "a device whose clock was never set sends ms since its start, then seconds, then times of 1958, then none",
  expectation:
    "the hub refuses the first two (time_suspicious) and says what they look like, stores 1958 as it is and what has no time at its arrival, and takes January 1970 from a device that says historic",
  async play(stage) {
    const { start, session } = stage;
    // Other times than in an earlier run, whose readings would stand for these.
    const sinceBoot = stage.rows(5, 1_000 + (start % day), (index) => index);
    const seconds = stage.rows(5, Math.floor(start / 1_000), (index) => 10 + index);
    const old = stage.rows(5, Date.UTC(1958, 2, 1) + (start % day), (index) => 20 + index);
    const untimed: SentRow = { metric: "untimed", value: start };
    const visit = await stage.connect({ session, historic: false });
    await visit.deliver(1, [...sinceBoot, ...seconds]);
    await visit.deliver(2, [...old, untimed]);
    await visit.leave();
    await stage.expectRefused("time_suspicious 10");
    const hints = visit.rejected.filter(
      ({ message }) => /seconds/.test(message) && /since the device started/.test(message),
    );
    stage.expect("refusals that say what it looks like", 10, hints.length);
    await stage.expectStored("readings of 1958", old);
    const historic = await stage.connect({ session, historic: true });
    await historic.deliver(3, sinceBoot);
    const end = (await historic.hubTime()) + 1;
    await stage.expectStored("readings of 1970 once it says historic", sinceBoot);
    const arrivals = await stage.hub.readings(stage.device, "untimed", start, end);
    stage.expect("readings without a time stored", 1, arrivals.filter(([, value]) => value === start).length);
  },
};
