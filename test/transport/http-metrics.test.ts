/** `/metrics` of a real hub, in the text format of Prometheus. */
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { isLoopbackAddress } from "../../server/loopback.ts";
import { hubsOfTest, type TestHub } from "../support/start-hub.ts";

const start = hubsOfTest();

/** Reads the text format: each sample by its name and labels; throws at a line that is none. */
function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || /^# (?:HELP [a-z0-9_]+ \S|TYPE [a-z0-9_]+ (?:counter|gauge|histogram|summary)$)/.test(line))
      continue;
    const sample = /^([a-z_][a-z0-9_]*(?:\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)*\})?) (\S+)$/i.exec(line);
    if (!sample) throw new Error(`no sample: ${line}`);
    const [, name = "", value = ""] = sample;
    if (samples.has(name)) throw new Error(`twice: ${name}`);
    samples.set(name, value === "Nan" ? Number.NaN : Number(value.replace("+Inf", "Infinity")));
  }
  return samples;
}

async function scrape(hub: TestHub) {
  const answer = await fetch(`${hub.url}/metrics`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return samplesOf(await answer.text());
}

describe("/metrics", () => {
  it("counts what the hub stored, refused, overwrote, and how long that took", async () => {
    const hub = await start({ engine: "sqlite" });
    const device = await hub.welcomed("boiler-1");
    const at = Date.now();
    const rows = [20, 21, "warm"].map((value) => ({ metric: "temperature", value, time: at }));
    device.send({ type: "readings", seq: 1, readings: rows });
    await device.next("ack");
    const viewer = await hub.viewer();
    viewer.send({ type: "hello", viewer: true });
    await viewer.next("welcome");
    const samples = await scrape(hub);
    const expected = {
      hub_readings_stored_total: 2,
      hub_readings_rejected_total: 1,
      hub_readings_overwritten_total: 1,
      hub_series: 1,
      'hub_connections{side="device"}': 1,
      'hub_connections{side="viewer"}': 1,
      'hub_devices{state="online"}': 1,
      'hub_devices{state="silent"}': 0,
      hub_unclean_stop: 0,
      hub_degraded: 0,
      hub_ready: 1,
      hub_slow_viewers: 0,
    };
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, samples.get(name)]))).toEqual(expected);
    for (const name of ["hub_store_bytes", "hub_store_journal_bytes", "hub_disk_free_bytes", "hub_offset"])
      expect(samples.get(name)).toBeGreaterThan(0);
    for (const name of ["hub_store_wal_bytes", "hub_store_head_bytes", "hub_loop_delay_seconds"])
      expect(samples.get(name)).toBeGreaterThanOrEqual(0);
    expect(samples.get("process_resident_memory_bytes")).toBeGreaterThan(1e6);
    expect(samples.get("hub_start_time_seconds")).toBeCloseTo(Date.now() / 1_000, -2);
  });

  it("[P72] tells what waits for the disk, as status does, while it waits and when it is decided", async () => {
    const hub = await start();
    const device = await hub.welcomed("boiler-1");
    const release = hub.store.holdAppends();
    device.send({ type: "readings", seq: 1, readings: [{ metric: "temperature", value: 1 }] });
    await expect.poll(async () => (await scrape(hub)).get("hub_queue_frames")).toBe(1);
    const { queue } = (await hub.http("GET", "status")).body;
    expect(queue.bytes).toBeGreaterThan(50);
    expect((await scrape(hub)).get("hub_queue_bytes")).toBe(queue.bytes);
    release();
    await device.next("ack");
    const samples = await scrape(hub);
    expect([samples.get("hub_queue_frames"), samples.get("hub_queue_bytes")]).toEqual([0, 0]);
  });

  it("[P22] its histograms rise from bound to bound, and count each acknowledgement and each commit once", async () => {
    const hub = await start({ engine: "sqlite" });
    const device = await hub.welcomed("boiler-1");
    for (let seq = 1; seq <= 50; seq++) {
      device.send({ type: "readings", seq, readings: [{ metric: "temperature", value: seq }] });
      await device.next("ack");
    }
    const samples = await scrape(hub);
    for (const name of ["hub_ack_duration_seconds", "hub_fsync_duration_seconds"]) {
      const buckets = [...samples].filter(([one]) => one.startsWith(`${name}_bucket`)).map(([, count]) => count);
      expect(buckets).toHaveLength(16);
      expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
      const count = samples.get(`${name}_count`) as number;
      expect(buckets.at(-1)).toBe(count);
      expect(count).toBeGreaterThanOrEqual(50);
      expect(samples.get(`${name}_sum`)).toBeGreaterThan(0);
    }
    // The hub adds what it committed for itself, so a commit for each frame and one for what the device said.
    expect(samples.get("hub_ack_duration_seconds_count")).toBe(51);
  });

  it("tells after a hub that did not end in good order", async () => {
    const hub = await start();
    hub.store.close = async () => {};
    await hub.restart();
    expect((await scrape(hub)).get("hub_unclean_stop")).toBe(1);
    await hub.restart();
    expect((await scrape(hub)).get("hub_unclean_stop")).toBe(0);
  });

  it("two hubs in one process tell their own figures", async () => {
    const [one, other] = await Promise.all([start(), start()]);
    await one.http("POST", "readings", { device: "d", readings: [{ metric: "m", value: 1 }] });
    expect((await scrape(one)).get("hub_readings_stored_total")).toBe(1);
    expect((await scrape(other)).get("hub_readings_stored_total")).toBe(0);
  });
});

const outside = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
const address = outside.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
const missingAddress = address === undefined;

describe("[S34] who may scrape", () => {
  it.skipIf(missingAddress)("nobody by an address of the network, left out where this machine has none", async () => {
    const hub = await start({ config: { host: "0.0.0.0", open: true } });
    const { port } = new URL(hub.url);
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200);
    const answer = await fetch(`http://${address}:${port}/metrics`);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ type: "error", code: "not_allowed", retryable: false });
  });

  it.each([
    ["127.0.0.1", true],
    ["127.8.9.1", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["192.168.1.5", false],
    ["::ffff:192.168.1.5", false],
    ["fe80::1", false],
    ["127.0.0.1.evil.example", false],
    [undefined, false],
  ])("%s: %s", (address, allowed) => {
    expect(isLoopbackAddress(address)).toBe(allowed);
  });
});
