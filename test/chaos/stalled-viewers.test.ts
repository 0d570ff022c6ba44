/**
 * Viewers of a hub in a process of its own, of which one in ten stops reading: the others notice nothing, its memory stays
 * bounded, and those that were cut for it are told why. `npm test` has 20 stalled of 200. 100 of 1,000:
 * `HUB_TEST_VIEWERS=1000 npx vitest run test/chaos/stalled-viewers.test.ts`, a minute on an idle machine.
 */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { StatusAnswer } from "../../server/protocol/http.ts";
import type { Subscribed } from "../../server/protocol/viewer.ts";
import { HubProcess } from "./hub-process.ts";

const at = Date.UTC(2026, 10, 24);
const viewers = Number(process.env.HUB_TEST_VIEWERS ?? 200);
const stalledViewers = viewers / 10;
const limitBytes = 128 * 1024;
/** Less than the stalled ones want together: some of them are cut. */
const viewersBytes = Math.floor(stalledViewers * limitBytes * 0.75);
/** They answer no ping either; on a slow machine that would end them before they are too slow. */
const patience = ["--slow-viewer-ms", "600s", "--limit-ping-ms", "600s"];
/** Texts of one frame; each viewer of them is sent some 40 kB. */
const textsPerFrame = 150;
const numbersPerFrame = 10;

/** Why it cannot be shown here. */
const missing = process.platform === "linux" ? "" : "it reads the memory of a process from /proc";

let hub: HubProcess;
let folder: string;
const sockets: WebSocket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  hub.signal("SIGKILL");
  await hub.ended;
  await rm(folder, { recursive: true, force: true });
});

/** Memory of the hub's process, bytes. */
function memoryOf(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

/** A viewer past the seam; `onUpdate` gets the text of each update, `onSubscribed` that of the answer. */
function watch(
  url: string,
  metric: string,
  onUpdate: (text: string) => void,
  onSubscribed: (text: string) => void = () => {},
): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws`);
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("open", () => socket.send(JSON.stringify({ type: "subscribe", id: 1, metrics: [metric] })));
    socket.on("message", (data) => {
      const text = String(data);
      if (text.startsWith('{"type":"ready"')) resolve(socket);
      if (text.startsWith('{"type":"subscribed"')) onSubscribed(text);
      if (text.startsWith('{"type":"update"')) onUpdate(text);
    });
  });
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

describe("viewers that stop reading", () => {
  it.skipIf(missing)(
    `[P48] [P74] ${stalledViewers} of ${viewers} cost the hub a bounded memory and are told why, and the others see every value as soon as before${missing ? `: ${missing}` : ""}`,
    { timeout: viewers * 1_200 },
    async () => {
      folder = await mkdtemp(join(tmpdir(), "stalled-viewers-"));
      const budget = ["--slow-viewer-bytes", String(limitBytes), "--viewers-bytes", String(viewersBytes)];
      const flags = [...budget, ...patience, "--min-free", "0"];
      hub = new HubProcess({ data: folder, flags });
      const url = await hub.url();
      const post = (readings: object[]) =>
        fetch(`${url}/api/v1/readings`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ device: "boiler-1", readings }),
        });
      const status = async () => {
        const answer = (await (await fetch(`${url}/api/v1/status`)).json()) as StatusAnswer;
        return { ...answer, cut: viewers - answer.connections.viewers };
      };
      let frame = 0;
      let waiting = 0;
      let everyoneHasIt = () => {};
      /** Sends one frame; answers how long it took until the last of the viewers that read has its last number, ms. */
      const send = async (): Promise<number> => {
        frame += 1;
        const base = at + frame * 1_000;
        const readings = [
          ...Array.from({ length: textsPerFrame }, (_, index) => ({
            ...{ metric: "text", value: `${"x".repeat(250)}${index}`, time: base + index },
          })),
          ...Array.from({ length: numbersPerFrame }, (_, index) => ({ metric: "n", value: index, time: base + index })),
        ];
        waiting = viewers - stalledViewers;
        const seen = new Promise<void>((resolve) => {
          everyoneHasIt = resolve;
        });
        const startMs = performance.now();
        const [answer] = await Promise.all([post(readings), seen]);
        expect(answer.status).toBe(200);
        return performance.now() - startMs;
      };
      await post([
        { metric: "text", value: "first", time: at },
        { metric: "n", value: 0, time: at },
      ]);

      const counts = new Array<number>(viewers - stalledViewers).fill(0);
      for (let first = 0; first < counts.length; first += 100) {
        await Promise.all(
          Array.from({ length: Math.min(100, counts.length - first) }, (_, index) =>
            watch(url, "n", (text) => {
              expect(text).not.toContain('"merged"');
              const { times } = JSON.parse(text) as { times: number[] };
              counts[first + index] = (counts[first + index] as number) + times.length;
              if (times.at(-1) !== at + frame * 1_000 + numbersPerFrame - 1) return;
              waiting -= 1;
              if (waiting === 0) everyoneHasIt();
            }),
          ),
        );
      }
      /** Of the stalled ones those that were told that readings were left out, and the reasons that others were cut for. */
      const merged = new Set<number>();
      const reasons: string[] = [];
      let oneTold = () => {};
      const stalled = await Promise.all(
        Array.from({ length: stalledViewers }, (_, index) =>
          watch(url, "text", (text) => {
            if (!text.includes('"merged":')) return;
            merged.add(index);
            oneTold();
          }),
        ),
      );

      const before: number[] = [];
      for (let count = 0; count < 30; count++) before.push(await send());
      for (const socket of stalled) socket.pause();
      const readingBytes = memoryOf(hub.pid);
      for (let { slowViewers, cut } = await status(); slowViewers + cut < stalledViewers; ) {
        await send();
        ({ slowViewers, cut } = await status());
      }
      const beside: number[] = [];
      for (let count = 0; count < 60; count++) beside.push(await send());

      // Of each a socket's buffer, at most four times the limit and a frame, and the newest reading of one series.
      const boundBytes = stalledViewers * (4 * limitBytes + 64 * 1024) + 100 * 1024 * 1024;
      const grownBytes = memoryOf(hub.pid) - readingBytes;
      const { cut, slowViewers, viewerBytes } = await status();
      console.log(
        `the last of ${counts.length} viewers had a value after ${medianOf(before).toFixed(1)} ms, beside stalled ones after ${medianOf(beside).toFixed(1)} ms; the hub grew by ${mebibytes(grownBytes)} MiB, ${cut} were cut at ${mebibytes(viewersBytes)} MiB, for the others it holds ${mebibytes(viewerBytes)} MiB`,
      );
      expect(slowViewers + cut).toBe(stalledViewers);
      expect(cut).toBeGreaterThan(0);
      expect(slowViewers).toBeGreaterThan(0);
      expect(viewerBytes).toBeLessThanOrEqual(viewersBytes);
      expect(grownBytes).toBeLessThan(boundBytes);
      expect(medianOf(beside)).toBeLessThan(medianOf(before) * 10 + 1_000);
      expect(new Set(counts)).toEqual(new Set([frame * numbersPerFrame]));

      const allTold = new Promise<void>((resolve) => {
        oneTold = () => {
          if (merged.size >= slowViewers && reasons.length === cut) resolve();
        };
      });
      for (const socket of stalled) {
        socket.on("close", () =>
          watch(
            url,
            "text",
            () => {},
            (text) => {
              reasons.push((JSON.parse(text) as Subscribed).lastDrop?.reason ?? "none was told");
              oneTold();
            },
          ),
        );
        socket.resume();
      }
      await allTold;
      for (const socket of stalled) socket.removeAllListeners("close");
      for (const reason of reasons) expect(reason).toContain(`${viewersBytes} bytes (setting --viewers-bytes)`);
    },
  );
});
