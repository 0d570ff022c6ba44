/** The record of what arrived, with a clock that is turned: bounded, by sender, and without tokens or addresses of strangers. */
import { describe, expect, it } from "vitest";
import { Arrivals, Origin } from "../../server/hub/arrivals.ts";
import { shownAddress, shownRaw, startOf } from "../../server/hub/arrivals-words.ts";
import { FakeClock } from "../support/fake-clock.ts";

function world() {
  const clock = new FakeClock();
  const arrivals = new Arrivals(clock);
  const socket = (device?: string, address = "192.168.1.7") => {
    const origin = new Origin("socket", address, device);
    return origin;
  };
  return { clock, arrivals, socket };
}

describe("the record of what arrived", () => {
  it("[P71] counts of each sender what was stored and refused within the last minute", () => {
    const { clock, arrivals, socket } = world();
    const greenhouse = socket("greenhouse/1");
    for (let second = 0; second < 90; second++) {
      arrivals.decided(greenhouse, 4, second % 10 === 0 ? 1 : 0);
      clock.advance(1_000);
    }
    const [sender] = arrivals.read(0).senders;
    expect(sender).toMatchObject({ way: "socket", address: "192.168.1.7", device: "greenhouse/1", connected: true });
    // 59 whole seconds and the one that runs, in which nothing came yet.
    expect(sender).toMatchObject({ readings: 59 * 4, refused: 5 });
    clock.advance(61_000);
    expect(arrivals.read(0).senders).toEqual([]);
  });

  it("[P71] makes one line of a device that comes again and again, and of posts of one address and device", () => {
    const { clock, arrivals, socket } = world();
    for (let time = 0; time < 5; time++) {
      const origin = socket("shed-1");
      arrivals.noted(origin);
      arrivals.decided(origin, 2, 0);
      origin.connected = false;
      arrivals.decided(arrivals.request("127.0.0.1", "shed-2"), 3, 0);
      clock.advance(1_000);
    }
    expect(arrivals.read(0).senders).toMatchObject([
      { device: "shed-1", connected: false, readings: 10 },
      { device: "shed-2", way: "http", address: "local", readings: 15 },
    ]);
  });

  it("[P71] keeps of each sender, code and metric the newest refusal, how often it came, and 200 in all", () => {
    const { clock, arrivals, socket } = world();
    const loud = socket("loud");
    for (let time = 0; time < 1_000; time++) {
      arrivals.refused(loud, {
        code: "invalid_value",
        message: `value ${time}`,
        metric: "a",
        raw: `{"value":"${time}"}`,
      });
      clock.advance(10);
    }
    arrivals.refused(loud, { code: "invalid_value", message: "another", metric: "b" });
    const { refusals, senders } = arrivals.read(0);
    expect(refusals).toMatchObject([
      { metric: "b", count: 1, message: "another" },
      { metric: "a", count: 1_000, message: "value 999", raw: '{"value":"999"}' },
    ]);
    expect((refusals[1]?.at ?? 0) - (refusals[1]?.firstAt ?? 0)).toBe(9_990);
    expect(senders).toMatchObject([{ readings: 0, refused: 1_001 }]);
    for (let device = 0; device < 300; device++)
      arrivals.refused(socket(`d${device}`), { code: "invalid_json", message: "no JSON" });
    const many = arrivals.read(0);
    expect(many.refusals).toHaveLength(200);
    expect(many.refusals[0]).toMatchObject({ device: "d299" });
    expect(many.senders).toHaveLength(200);
    expect(many.more).toBe(101);
    clock.advance(3_601_000);
    expect(arrivals.read(0).refusals).toEqual([]);
  });

  it("[P71] lists a newcomer among more than it lists that send all the time, and loses no count of a socket", () => {
    const { clock, arrivals, socket } = world();
    const fleet = Array.from({ length: 11_000 }, (_, index) => socket(`d${index}`));
    for (let second = 0; second < 5; second++) {
      for (const origin of fleet) arrivals.decided(origin, 1, 0);
      clock.advance(1_000);
    }
    arrivals.decided(socket("newcomer"), 1, 0);
    const { senders, more } = arrivals.read(0);
    expect(senders[0]).toMatchObject({ device: "newcomer", readings: 1 });
    expect(senders[1]?.readings).toBe(5);
    expect(senders.length + more).toBe(10_000);
  });

  it("[P71] hides no sender behind strangers of whom all is refused, however many come", () => {
    const { clock, arrivals, socket } = world();
    const fleet = Array.from({ length: 300 }, (_, index) => socket(`d${index}`));
    for (const origin of fleet) arrivals.decided(origin, 1, 0);
    clock.advance(1_000);
    arrivals.decided(arrivals.request("192.168.1.8", "posts"), 7, 0);
    clock.advance(1_000);
    for (let time = 0; time < 20_000; time++) {
      const address = `203.${time % 200}.${Math.trunc(time / 200)}.9`;
      arrivals.refused(socket(undefined, address), { code: "not_allowed", message: "no" });
    }
    const { senders, more } = arrivals.read(0);
    expect(senders).toHaveLength(200);
    expect(senders.filter(({ readings }) => readings > 0)).toHaveLength(150);
    expect(senders.find(({ device }) => device === "posts")).toMatchObject({ readings: 7 });
    expect(senders.length + more).toBe(301 + 1_000);
    // They are there still, though only strangers came since.
    arrivals.decided(arrivals.request("192.168.1.8", "posts"), 1, 0);
    expect(arrivals.read(0).senders[0]).toMatchObject({ device: "posts", readings: 8 });
  });

  it("[P71] lists an address that is turned away again and again once, and lets no address hide another's refusals", () => {
    const { arrivals, socket } = world();
    const refusal = { code: "invalid_value", message: "no" };
    arrivals.refused(socket("boiler", "192.168.1.20"), { ...refusal, metric: "temperature" });
    for (let time = 0; time < 5_000; time++) {
      arrivals.refused(arrivals.turnedAway("203.0.113.5"), { code: "not_allowed", message: `page ${time}` });
      arrivals.refused(socket(`d${time}`, "198.51.100.6"), { ...refusal, metric: `m${time}` });
    }
    const { refusals, senders } = arrivals.read(0);
    expect(senders.find(({ address, device }) => address === "203.0.113.…" && device === undefined)).toMatchObject({
      way: "socket",
      connected: false,
      refused: 5_000,
    });
    expect(senders).toContainEqual(expect.objectContaining({ device: "boiler", refused: 1 }));
    expect(refusals).toHaveLength(200);
    expect(refusals.at(-1)).toMatchObject({ device: "boiler", metric: "temperature" });
    expect(refusals[0]).toMatchObject({ device: "d4999" });
  });

  it("[P71] forgets a request whose device became known later, and begins anew when it comes again", () => {
    const { clock, arrivals } = world();
    const origin = arrivals.request("192.168.1.9", undefined);
    arrivals.decided(origin, 1, 0);
    origin.device = "a";
    expect(arrivals.request("192.168.1.9", undefined)).toBe(origin);
    clock.advance(61_000);
    expect(arrivals.read(0).senders).toEqual([]);
    expect(arrivals.request("192.168.1.9", undefined)).not.toBe(origin);
  });

  it("[P71] shows no token, wherever it stood", () => {
    const { arrivals, socket } = world();
    const token = "k3j9-x2mq-0abc-d1ef-9hjk-m2np-q5rs";
    const raws = [
      `{"type":"hello","device":"a","token":"${token}","metrcs":{}}`,
      `{"type":"hello","token":"half of a toke`,
      `{\\"token\\":\\"secret-word\\"}`,
      `{'token': 'secret-word'}`,
      `token=secret-word&device=a`,
      `Bearer ${token}`,
    ];
    for (const raw of raws) arrivals.refused(socket(raw), { code: "invalid_json", message: `${token} is wrong`, raw });
    const text = JSON.stringify(arrivals.read(3).refusals.map(({ raw, message }) => [raw, message]));
    expect(text).not.toMatch(/k3j9|secret-word|half of/);
    expect(text).toContain("metrcs");
    expect(arrivals.read(3).wrongTokens).toBe(3);
  });

  it("[P71] keeps the start of what came as text that JSON can hold", () => {
    expect(shownRaw(startOf("x".repeat(5_000)))).toHaveLength(300);
    expect(shownRaw(`${"x".repeat(299)}😀`).isWellFormed()).toBe(true);
  });

  it.each([
    ["127.0.0.1", "local"],
    ["::1", "local"],
    ["::ffff:127.0.0.1", "local"],
    ["192.168.1.7", "192.168.1.7"],
    ["::ffff:10.1.2.3", "10.1.2.3"],
    ["172.16.0.9", "172.16.0.9"],
    ["172.32.0.9", "172.32.0.…"],
    ["203.0.113.77", "203.0.113.…"],
    ["fe80::1%eth0", "fe80::1"],
    ["fd12:3456::9", "fd12:3456::9"],
    ["2001:db8:5:1::77", "2001:db8:5:…"],
    ["unknown", "unknown"],
  ])("[P71] shows %s as %s", (address, shown) => {
    expect(shownAddress(address)).toBe(shown);
  });
});
