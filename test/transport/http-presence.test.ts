/** `GET devices/{id}/presence`: when a device was there, and why not, over a real hub whose clock the tests turn. */
import { describe, expect, it } from "vitest";
import { presenceAnswer } from "../../server/protocol/http.ts";
import type { Client } from "../support/client.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { engines, hubsOfTest, type TestHub } from "../support/start-hub.ts";

const start = hubsOfTest();
const second = 1_000;
const minute = 60 * second;

const pathOf = (device: string, query = "") => `devices/${encodeURIComponent(device)}/presence${query}`;

/** Lets time pass in which a device is connected and sends no reading: what it sends now and then is a sign of life alone. */
async function pass(clock: FakeClock, client: Client, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 5 * second) {
    clock.advance(5 * second);
    await client.settled();
  }
}

/** The timeline as `[ms since `startMs`, state, reason]`, held to its schema, which must leave nothing out. */
async function timeline(hub: TestHub, startMs: number, device: string, query = "") {
  const { status, body } = await hub.http("GET", pathOf(device, query));
  expect(status).toBe(200);
  expect(presenceAnswer.strict().parse(body)).toEqual(body);
  expect(body.device).toBe(device);
  const { times, states, reasons } = presenceAnswer.parse(body);
  return times.map((time, index) => [time - startMs, states[index], reasons[index]]);
}

const stateOf = async (hub: TestHub, device: string) => {
  const { body } = await hub.http("GET", `devices/${encodeURIComponent(device)}`);
  return `${body.state} ${body.reason}`;
};

describe.each(engines)("GET devices/{id}/presence over the %s store", (engine) => {
  async function world() {
    const clock = new FakeClock();
    const hub = await start({ engine, clock });
    return { clock, hub, startMs: clock.now() };
  }

  /** A device that is there for a minute, silent for one, cut, away for one, and back. */
  async function lifeOf(hub: TestHub, clock: FakeClock, device: string): Promise<Client> {
    const client = await hub.welcomed(device, { reportInterval: 24 * second });
    client.send({ type: "readings", id: 2, readings: [{ metric: "m", value: 1 }] });
    await client.until((answer) => answer.id === 2);
    await pass(clock, client, 2 * minute);
    client.wire.cut();
    await expect.poll(() => stateOf(hub, device)).toBe("offline closed");
    clock.advance(minute);
    return hub.welcomed(device, { reportInterval: 0 });
  }

  const life = [
    [0, "online", "connected"],
    [minute, "silent", "no_reading"],
    [2 * minute, "offline", "closed"],
    [3 * minute, "online", "connected"],
  ];

  it("[P64] tells every change of state and reason by the hub's clock, and no reading", async () => {
    const { clock, hub, startMs } = await world();
    await lifeOf(hub, clock, "site/oven");
    expect(await timeline(hub, startMs, "site/oven")).toEqual(life);
    expect(await stateOf(hub, "site/oven")).toBe("online connected");
  });

  it("[P64] begins with what held at from, with its own time, and ends before to", async () => {
    const { clock, hub, startMs } = await world();
    await lifeOf(hub, clock, "a");
    const within = (from: number, to: number) =>
      timeline(hub, startMs, "a", `?from=${startMs + from}&to=${startMs + to}`);
    expect(await within(90 * second, 3 * minute)).toEqual(life.slice(1, 3));
    expect(await within(minute, minute + 1)).toEqual(life.slice(1, 2));
    expect(await within(-minute, 0)).toEqual([]);
    expect(await timeline(hub, startMs, "a", "?from=-30s")).toEqual(life.slice(2));
    expect(await timeline(hub, startMs, "a", `?to=${new Date(startMs + 1).toISOString()}`)).toEqual(life.slice(0, 1));
  });

  it("[P65] is there after a restart, from the end of the hub on offline until the device is back", async () => {
    const { clock, hub, startMs } = await world();
    await pass(clock, await lifeOf(hub, clock, "a"), minute);
    await hub.restart();
    expect(await timeline(hub, startMs, "a")).toEqual([...life, [4 * minute, "offline", "hub_restart"]]);
    expect(await stateOf(hub, "a")).toBe("offline hub_restart");
    clock.advance(minute);
    await hub.welcomed("a");
    await hub.restart();
    expect(await timeline(hub, startMs, "a", `?from=${startMs + 4 * minute}`)).toEqual([
      [4 * minute, "offline", "hub_restart"],
      [5 * minute, "online", "connected"],
      [5 * minute, "offline", "hub_restart"],
    ]);
  });

  it("[P66] goes with the device, and begins anew where it comes again", async () => {
    const { clock, hub, startMs } = await world();
    const client = await lifeOf(hub, clock, "a");
    await pass(clock, client, 5 * second);
    expect((await hub.http("DELETE", "devices/a")).status).toBe(200);
    expect((await hub.http("GET", pathOf("a"))).body).toMatchObject({ code: "unknown_device" });
    clock.advance(minute);
    await pass(clock, await hub.welcomed("a"), 5 * second);
    await hub.restart();
    expect(await timeline(hub, startMs, "a")).toEqual([
      [4 * minute + 5 * second, "online", "connected"],
      [4 * minute + 10 * second, "offline", "hub_restart"],
    ]);
  });
});

describe("GET devices/{id}/presence", () => {
  it("[P57] [P64] refuses unknown devices and wrong parameters by name", async () => {
    const hub = await start();
    await hub.welcomed("boiler-1");
    const refusal = async (path: string) => {
      const { status, body } = await hub.http("GET", path);
      return `${status} ${body.code}: ${body.message}`;
    };
    expect(await refusal("devices/boiler-2/presence")).toMatch(/^404 unknown_device: .*did you mean boiler-1/);
    expect(await refusal(pathOf("boiler-1", "?from=yesterday"))).toMatch(/^400 invalid_query: .*from/);
    expect(await refusal(pathOf("boiler-1", "?from=2&to=1"))).toMatch(/^400 invalid_query: from .* must lie before to/);
    expect(await refusal(pathOf("boiler-1", "?form=1"))).toMatch(/^400 unknown_field: .*from, to.*Did you mean from/);
    expect(await refusal(pathOf("boiler-1", "?limit=1"))).toMatch(/^400 unknown_field/);
  });

  it("[P64] tells of devices behind a gateway, and of a sensor that sleeps", async () => {
    const clock = new FakeClock();
    const hub = await start({ clock });
    const startMs = clock.now();
    const gateway = await hub.welcomed("gateway");
    gateway.send({ type: "readings", id: 2, device: "mote", readings: [{ metric: "m", value: 1 }] });
    await gateway.until((answer) => answer.id === 2);
    await pass(clock, gateway, minute);
    gateway.wire.cut();
    await expect.poll(() => stateOf(hub, "mote")).toBe("online gateway_offline");
    clock.advance(2 * second);
    expect(await timeline(hub, startMs, "mote")).toEqual([
      [0, "online", "connected"],
      [minute, "online", "gateway_offline"],
      [minute + 2 * second, "offline", "gateway_offline"],
    ]);
    const sensor = await hub.welcomed("sensor", { reportInterval: minute });
    sensor.send({ type: "readings", id: 2, readings: [{ metric: "m", value: 1 }] });
    await sensor.until((answer) => answer.id === 2);
    sensor.wire.close();
    await expect.poll(() => stateOf(hub, "sensor")).toBe("online asleep");
    const sleptMs = clock.now() - startMs;
    clock.advance(10 * minute);
    const [first, ...rest] = await timeline(hub, startMs, "sensor");
    expect([first, ...rest.slice(-1)]).toEqual([
      [sleptMs, "online", expect.stringMatching(/connected|asleep/)],
      [sleptMs + 2.5 * minute, "offline", "closed"],
    ]);
  });
});
