/** What goes wrong with the connection as a whole: it comes and goes, is there and says nothing, or says far too much. */
import type { Fault, Stage } from "./stage.ts";
import type { Visit } from "./visit.ts";

/** A grace that is never shorter (PROTOCOL, presence), ms. */
const leastGraceMs = 10_000;

/** How much later than promised a hub may show a change, ms: it, this program or the network between them may be slow. */
const slackMs = 5_000;

/** A neighbour that is served so soon did not wait for the end of a flood, ms; a fast hub may be through with it before. */
const soonMs = 1_000;

/** How much earlier: grace is counted from the commit, and the hub is asked for its time after that, ms. */
const earlyMs = 1_000;

export const flapping: Fault = {
  name: "flapping",
  does: "the device comes and goes without a word ten times, and then connects beside its own open connection",
  expectation:
    "the hub shows it offline/closed after each cut and online/connected after each return, closes the older of two connections with 4409, and has every reading",
  async play(stage) {
    const rounds = 10;
    const { session } = stage;
    const rows = stage.rows(rounds + 2, stage.start, (index) => index);
    const shown: string[] = [];
    for (let round = 1; round <= rounds; round++) {
      const visit = await stage.connect({ session });
      await visit.deliver(round, rows.slice(round - 1, round));
      shown.push((await stage.comesToBe("online/connected")).found);
      visit.cut();
      shown.push((await stage.comesToBe("offline/closed")).found);
    }
    stage.expect("returns shown online/connected", rounds, count(shown, "online/connected"));
    stage.expect("cuts shown offline/closed", rounds, count(shown, "offline/closed"));
    const older = await stage.connect({ session });
    await older.deliver(rounds + 1, rows.slice(rounds, rounds + 1));
    const newer = await stage.connect({ session });
    stage.expect("close code of the older connection", 4409, await older.closed());
    await newer.deliver(rounds + 2, rows.slice(rounds + 1));
    await stage.expectState("in the end", "online/connected");
    await stage.expectStored("readings", rows);
  },
};

export const silence: Fault = {
  name: "silence",
  does: "the device promises a reading each second, sends five, and then nothing over a connection that stays open",
  expectation:
    "the hub shows it silent/no_reading after its grace of 10 s, and online/connected again with its next reading",
  async play(stage) {
    const rows = stage.rows(6, stage.start, (index) => index);
    const visit = await stage.connect({ session: stage.session, reportInterval: 1_000 });
    await visit.deliver(1, rows.slice(0, 5));
    const lastReading = await visit.hubTime();
    await stage.expectState("at first", "online/connected");
    const since = await stage.expectState("without readings", "silent/no_reading", leastGraceMs + slackMs);
    stage.expectSpan("shown so after", leastGraceMs - earlyMs, leastGraceMs + slackMs, since - lastReading);
    await visit.deliver(2, rows.slice(5));
    await stage.expectState("with the next reading", "online/connected");
    await stage.expectStored("readings", rows);
    stage.expectOpen(visit);
  },
};

export const halfOpen: Fault = {
  name: "half-open",
  does: "the device stops reading and answers no ping, and its socket stays open as after a pulled cable",
  expectation:
    "once the time to ping and that to answer are over the hub closes the connection (4408) and shows the device offline/timeout; it keeps what it had acknowledged, and lets the device in again",
  async play(stage) {
    const { session } = stage;
    const rows = stage.rows(6, stage.start, (index) => index);
    const visit = await stage.connect({ session });
    await visit.deliver(1, rows.slice(0, 5));
    await stage.expectState("at first", "online/connected");
    const { pingMs, pongMs } = visit.welcome.limits;
    const deafAt = await visit.hubTime();
    visit.goDeaf();
    const since = await stage.expectState("without answers", "offline/timeout", pingMs + pongMs + slackMs);
    stage.expectSpan("shown so after", 0, pingMs + pongMs + slackMs, since - deafAt);
    const back = await stage.connect({ session });
    stage.expect("lastSeq when it is back", 1, back.welcome.lastSeq);
    await back.deliver(2, rows.slice(5));
    await stage.expectState("in the end", "online/connected");
    await stage.expectStored("readings", rows);
  },
};

export const flood: Fault = {
  name: "flood",
  does: "the device sends 30,000 readings in 3,000 frames as fast as its socket takes them",
  expectation:
    "the hub reads it more slowly instead of closing the connection or dropping anything, acknowledges and stores each reading once, and serves a neighbour meanwhile",
  async play(stage) {
    const [frames, rowsEach] = [3_000, 10];
    const rows = stage.rows(frames * rowsEach, stage.start - frames * rowsEach, (index) => index);
    const visit = await stage.connect({ session: stage.session });
    const neighbour = await stage.connect({ session: stage.session }, `${stage.device}/neighbour`);
    const frameOf = (seq: number) => rows.slice((seq - 1) * rowsEach, seq * rowsEach);
    visit.sendAll(
      Array.from({ length: frames }, (_, index) => ({
        type: "readings",
        seq: index + 1,
        readings: frameOf(index + 1),
      })),
    );
    const { served, slowestMs } = await serveBeside(stage, neighbour, visit.ackOf(frames));
    stage.expectOpen(visit);
    stage.expect("readings called stored", frames * rowsEach, visit.stored);
    const waited = served === 0 && slowestMs > soonMs;
    stage.expect(`neighbour served meanwhile (slowest ${slowestMs} ms)`, "yes", waited ? "no" : "yes");
    await stage.expectStored("readings", rows);
  },
};

/**
 * A neighbour reports one reading after the other until the flood is over, at least once. How many of them were acknowledged
 * before that, and the longest that one took.
 */
async function serveBeside(
  stage: Stage,
  neighbour: Visit,
  flood: Promise<void>,
): Promise<{ served: number; slowestMs: number }> {
  let over = false;
  const end = () => {
    over = true;
  };
  flood.then(end, end);
  let served = 0;
  let slowestMs = 0;
  for (let seq = 1; !over; seq++) {
    const before = performance.now();
    await neighbour.deliver(seq, [{ metric: "level", value: seq }]);
    slowestMs = Math.max(slowestMs, Math.round(performance.now() - before));
    if (!over) served++;
    await stage.pause(20);
  }
  await flood;
  return { served, slowestMs };
}

function count(shown: readonly string[], state: string): number {
  return shown.filter((one) => one === state).length;
}
