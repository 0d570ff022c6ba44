/** What goes wrong on the way: frames that are torn, come twice, come out of order, or under numbers that were used before. */
import type { Fault, Stage } from "./stage.ts";
import type { SentRow } from "./visit.ts";

/** Frames of rows a ms apart; the frame numbered `seq` begins at a place of its own. */
function framesOf(stage: Stage, frames: number, rowsEach: number): (seq: number) => SentRow[] {
  const all = stage.rows(frames * rowsEach, stage.start, (index) => index);
  return (seq) => all.slice((seq - 1) * rowsEach, seq * rowsEach);
}

export const dropout: Fault = {
  name: "dropout",
  does: "the connection is cut in the middle of a frame, ten times",
  expectation:
    "the hub drops the torn frame, forgets no frame that it acknowledged, says in lastSeq where to go on, and in the end has each reading once",
  async play(stage) {
    const frames = 120;
    const rowsOf = framesOf(stage, frames, 5);
    const { session, random } = stage;
    let acked = 0;
    let forgotten = 0;
    for (let cuts = 0; cuts < 10; cuts++) {
      const visit = await stage.connect({ session });
      const { lastSeq } = visit.welcome;
      forgotten += Math.max(0, acked - lastSeq);
      const torn = lastSeq + 1 + Math.floor(random.between(2, 11));
      for (let seq = lastSeq + 1; seq < torn; seq++) visit.sendRows(seq, rowsOf(seq));
      await visit.ackOf(lastSeq + 1);
      visit.sendPart({ type: "readings", seq: torn, readings: rowsOf(torn) }, random.between(0.05, 0.95));
      acked = visit.acked;
      visit.cut();
    }
    const last = await stage.connect({ session });
    forgotten += Math.max(0, acked - last.welcome.lastSeq);
    for (let seq = last.welcome.lastSeq + 1; seq <= frames; seq++) last.sendRows(seq, rowsOf(seq));
    await last.ackOf(frames);
    stage.expect("acknowledged frames forgotten", 0, forgotten);
    await stage.expectStored(
      "readings",
      rowsOf(1).concat(...Array.from({ length: frames - 1 }, (_, i) => rowsOf(i + 2))),
    );
  },
};

export const duplicate: Fault = {
  name: "duplicate",
  does: "every frame goes twice, and all of them once more after a reconnect",
  expectation: "the hub acknowledges each copy and stores it once",
  async play(stage) {
    const frames = 25;
    const { session } = stage;
    // Without times: a copy that is stored again has an arrival of its own, and shows.
    const rowsOf = (seq: number): SentRow[] => [{ metric: "arrival", value: seq }];
    const visit = await stage.connect({ session });
    for (let seq = 1; seq <= frames; seq++) {
      await visit.deliver(seq, rowsOf(seq));
      // Between the two, and before the next, the hub's clock moves on.
      await stage.pause(2);
      const before = visit.acks;
      visit.sendRows(seq, rowsOf(seq));
      await visit.until(`the acknowledgement of the copy of frame ${seq}`, () => visit.acks > before);
      await stage.pause(2);
    }
    await visit.leave();
    const again = await stage.connect({ session });
    for (let seq = 1; seq <= frames; seq++) again.sendRows(seq, rowsOf(seq));
    await again.ackOf(frames);
    const end = (await again.hubTime()) + 1;
    const found = await stage.hub.readings(stage.device, "arrival", stage.start, end);
    stage.expect("copies acknowledged", 2 * frames, visit.acks - frames + again.acked);
    stage.expect("copies called stored", 0, visit.stored + again.stored - frames);
    stage.expect("readings stored", frames, found.length);
    stage.expect("in their order", "yes", found.every(([, value], index) => value === index + 1) ? "yes" : "no");
  },
};

export const reorder: Fault = {
  name: "reorder",
  does: "readings come out of the order of their times",
  expectation:
    "the hub stores each, gives them back in order, and takes the newest by its time for the latest, not the last to come",
  async play(stage) {
    const count = 200;
    const rows = stage.rows(count, stage.start, (index) => index);
    const shuffled = [...rows];
    for (let index = count - 1; index > 0; index--) {
      const other = Math.floor(stage.random.between(0, index + 1));
      [shuffled[index], shuffled[other]] = [shuffled[other] as SentRow, shuffled[index] as SentRow];
    }
    // The last to come must not be the newest, whatever the shuffle made of it.
    if (shuffled.at(-1)?.value === count - 1) shuffled.unshift(shuffled.pop() as SentRow);
    const visit = await stage.connect({ session: stage.session });
    for (let seq = 1; seq <= count / 10; seq++) await visit.deliver(seq, shuffled.slice((seq - 1) * 10, seq * 10));
    await stage.expectStored("readings", rows);
    const found = await stage.hub.readings(stage.device, "level", stage.start, stage.start + count);
    const inOrder = found.every(([time], index) => index === 0 || time > (found[index - 1]?.[0] ?? 0));
    stage.expect("given in order", "yes", inOrder ? "yes" : "no");
    stage.expect("latest", count - 1, Number((await stage.hub.latest(stage.device, "level"))?.value));
  },
};

export const rebootWithoutSession: Fault = {
  name: "reboot-without-session",
  does: "the device reboots, names no session, and numbers its frames from 1 again",
  expectation:
    "the hub takes each connection for a count of its own, tells lastSeq 0, and takes no new frame for an old one",
  async play(stage) {
    const [reboots, frames] = [4, 10];
    const rowsOf = framesOf(stage, reboots * frames, 3);
    let known = 0;
    let called = 0;
    for (let boot = 0; boot < reboots; boot++) {
      const visit = await stage.connect();
      known += visit.welcome.lastSeq;
      for (let seq = 1; seq <= frames; seq++) visit.sendRows(seq, rowsOf(boot * frames + seq));
      await visit.ackOf(frames);
      called += visit.stored;
      visit.cut();
    }
    stage.expect("lastSeq after a reboot", 0, known);
    stage.expect("readings called stored", reboots * frames * 3, called);
    await stage.expectStored(
      "readings",
      stage.rows(reboots * frames * 3, stage.start, (index) => index),
    );
  },
};
