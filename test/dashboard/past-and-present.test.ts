import { beforeEach, describe, expect, it } from "vitest";
import { HubClient } from "../../dashboard/client/hub-client.ts";
import { PastAndPresent } from "../../dashboard/data/past-and-present.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeSocket } from "./fake-socket.ts";

describe("[P43] past and present of some series", () => {
  let clock: FakeClock;
  let socket: FakeSocket;
  let told: string[];
  let stream: PastAndPresent<{ history: { from: number; to: number }; seamFromMs: number | undefined }>;
  let seamFromMs: number | undefined;
  const asked = (at: number) => socket.of("subscribe").at(at) as { id: number; history: object; resume?: object };
  const about = () => ({ epoch: "e", offset: 0, resumed: false, hubTime: clock.now(), heartbeat: 5_000 });
  const begin = (id: number, more: object = {}) => socket.say({ type: "subscribed", id, set: 7, ...about(), ...more });
  const page = (id: number, times: number[]) =>
    socket.say({ type: "history", id, series: 1, every: null, times, values: times, done: true });
  const end = (id: number) => socket.say({ type: "ready", id, offset: 1 });
  const update = (time: number) =>
    socket.say({ type: "update", set: 7, offset: 2, series: [1], times: [time], values: [time] });
  const refuse = (id: number) =>
    socket.say({ type: "error", id, code: "store_unavailable", message: "Busy.", retryable: true });
  function isBack(): void {
    socket.end(1006);
    clock.advance(1_000);
    socket.accept();
  }

  beforeEach(() => {
    clock = new FakeClock();
    socket = new FakeSocket();
    told = [];
    seamFromMs = 10;
    const client = new HubClient({ open: () => socket, timers: clock, random: () => 0 });
    client.start();
    socket.accept();
    stream = new PastAndPresent({
      client,
      selection: { devices: ["a"] },
      ask: (afterCut) => {
        if (afterCut) told.push("asked after a cut");
        return { history: { from: 0, to: 10 }, seamFromMs };
      },
      keeps: () => true,
      begun: () => told.push("begun"),
      series: () => {},
      page: ({ times }) => told.push(`past ${times}`),
      whole: (seam) => told.push(`seam ${seam.get(1)?.times ?? ""}`),
      update: ({ times }) => told.push(`update ${times}`),
      changed: () => {},
    });
  });

  it("are told in order, whichever of the past and its last seconds comes first", () => {
    begin(asked(0).id);
    const seam = asked(1);
    expect(seam.history).toEqual({ from: 10 });
    begin(seam.id);
    page(seam.id, [10, 11]);
    end(seam.id);
    page(asked(0).id, [1, 2]);
    expect([stream.ready, told]).toEqual([false, ["begun", "past 1,2"]]);
    end(asked(0).id);
    update(12);
    expect([stream.ready, told.slice(2)]).toEqual([true, ["seam 10,11", "update 12"]]);
  });

  it("hold updates back until the last seconds are here", () => {
    begin(asked(0).id);
    end(asked(0).id);
    update(11);
    begin(asked(1).id);
    end(asked(1).id);
    update(12);
    expect(told).toEqual(["begun", "seam ", "update 11", "update 12"]);
  });

  it("go on after a cut without a new past where the hub can, and are told anew where it cannot", () => {
    begin(asked(0).id);
    end(asked(0).id);
    end(asked(1).id);
    isBack();
    expect(asked(-1).resume).toEqual({ epoch: "e", offset: 1 });
    begin(asked(-1).id, { resumed: true });
    end(asked(-1).id);
    update(12);
    expect([stream.ready, told.slice(2)]).toEqual([true, ["asked after a cut", "update 12"]]);
    isBack();
    begin(asked(-1).id);
    expect([stream.ready, told.slice(4)]).toEqual([false, ["asked after a cut", "begun"]]);
  });

  it("have a hole where the hub refused the last seconds: it says so, and does not let the hub go on behind it", () => {
    begin(asked(0).id);
    end(asked(0).id);
    refuse(asked(1).id);
    expect([stream.ready, stream.hasHole, stream.problem]).toEqual([true, true, "Busy."]);
    isBack();
    expect(asked(-1)).not.toHaveProperty("resume");
    begin(asked(-1).id);
    expect([stream.ready, stream.hasHole, stream.problem]).toEqual([false, false, undefined]);
    end(asked(2).id);
    end(asked(3).id);
    expect([stream.ready, stream.hasHole]).toEqual([true, false]);
  });

  it("are not ready while the hub refuses the past, which is asked for again", () => {
    refuse(asked(0).id);
    expect([stream.ready, stream.problem]).toEqual([false, "Busy."]);
    for (let beat = 0; beat < 2; beat++) {
      clock.advance(2_500);
      socket.say({ type: "pong", id: 0, time: 0, hubTime: clock.now() });
    }
    begin(asked(1).id);
    end(asked(1).id);
    end(asked(2).id);
    expect([stream.ready, stream.problem]).toEqual([true, undefined]);
  });

  it("end all that was asked, whatever of it is under way", () => {
    begin(asked(0).id);
    stream.close();
    update(12);
    end(asked(0).id);
    expect(told).toEqual(["begun"]);
    const ids = (type: string) => socket.of(type).map(({ id }) => id);
    expect(ids("unsubscribe").sort()).toEqual(ids("subscribe").sort());
  });
});
