/** `npm run import`: what is in the file is in the hub, once. */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hubsOfTest } from "../../support/start-hub.ts";
import { everything, filesOfTest, imported, refusedList } from "./importing.ts";

const hubs = hubsOfTest();
const file = filesOfTest();
const at = Date.UTC(2026, 10, 24);

describe("files of each form", () => {
  it("[P85] wide CSV: each column is a metric of the file's device; numbers, booleans and texts are told apart", async () => {
    const hub = await hubs();
    const path = file(
      "boiler 1.csv",
      '# logger 7\ntime,Temp. (°C),on,note\n2026-11-24T00:00:00Z,20.5,true,\n2026-11-24 01:00:01+01:00,-3e-1,false,"a ""b"",\nc"\n2026-11-24,n/a,TRUE,x\n',
    );
    const { state, troubles, words } = await imported(hub, path);
    expect(troubles).toEqual([]);
    expect(words).toContain('device boiler_1, metrics "Temp.", "on", "note"');
    expect(state).toMatchObject({ rows: 3, stored: 7, refused: 0, done: true });
    expect(await everything(hub)).toEqual({
      "boiler_1 Temp.": [
        [at, 20.5],
        [at + 1_000, -0.3],
      ],
      "boiler_1 note": [
        [at, "x"],
        [at + 1_000, 'a "b",\nc'],
      ],
      "boiler_1 on": [
        [at, true],
        [at + 1_000, false],
      ],
    });
  });

  it("[P85] long CSV with semicolons, decimal commas and seconds, in no order, before 1970 too", async () => {
    const hub = await hubs();
    const path = file(
      "old.csv",
      "\uFEFFtimestamp;station;parameter;value\r\n1700000000;a;t;1,5\r\n-370000000;a;t;-2\r\n-369999999.5;b;t;3\r\n86400;a;t;4\r\n",
    );
    const { state, troubles } = await imported(hub, path, { decimal: "comma" });
    expect({ troubles, stored: state.stored }).toEqual({ troubles: [], stored: 4 });
    expect(await everything(hub)).toEqual({
      "a t": [
        [-370_000_000_000, -2],
        [86_400_000, 4],
        [1_700_000_000_000, 1.5],
      ],
      "b t": [[-369_999_999_500, 3]],
    });
  });

  it("[P85] NDJSON, long and wide; values have the types that they have there", async () => {
    const hub = await hubs();
    const long = file(
      "long.ndjson",
      `{"time":${at},"device":"d/1","metric":"n","value":-0}\n{"time":${at},"device":"d/1","metric":"s","value":"12"}\n`,
    );
    const wide = file("wide.ndjson", `{"ts":"2026-11-24T00:00:00Z","host":"w","n":1.5,"on":true,"gone":null}\n`);
    expect((await imported(hub, long)).state.stored).toBe(2);
    expect((await imported(hub, wide, { device: "mine" })).state.stored).toBe(2);
    expect(await everything(hub)).toEqual({
      "d/1 n": [[at, -0]],
      "d/1 s": [[at, "12"]],
      "mine n": [[at, 1.5]],
      "mine on": [[at, true]],
    });
  });

  it.each(["csv", "ndjson"])("[P85] the hub's own %s comes back as it was", async (format) => {
    const [from, to] = [await hubs(), await hubs()];
    await from.http("POST", "readings", {
      device: "größe/1",
      historic: true,
      readings: [
        { metric: "n", value: -1.5, time: -5 },
        { metric: "n", value: 1e300, time: 3 },
        { metric: "on", value: true, time: at },
        { metric: "s", value: "=1+2", time: at },
        { metric: "s", value: "17", time: at + 1 },
        { metric: "s", value: ' "quoted",\r\ntwo lines ', time: at + 2 },
      ],
    });
    const answer = await fetch(`${from.url}/api/v1/readings?device=*&metric=*&from=-100000000000&format=${format}`);
    const { troubles } = await imported(to, file(`export.${format}`, await answer.text()));
    expect(troubles).toEqual([]);
    expect(await everything(to)).toEqual(await everything(from));
  });

  it("[P85] names that are one in Unicode's NFC are one device and one series, and none of their readings is taken for sent before", async () => {
    const hub = await hubs();
    const rows = [
      `${at},Gro\u0308ße,t,1`,
      `${at + 1},Gr\u00f6ße,t,2`,
      `${at + 2},Gro\u0308ße,to\u0308,3`,
      `${at + 3},Gr\u00f6ße,t\u00f6,4`,
    ];
    const { state } = await imported(hub, file("names.csv", `time,device,metric,value\n${rows.join("\n")}\n`));
    expect(state).toMatchObject({ stored: 4, refused: 0 });
    const { body } = await hub.http("GET", "series");
    expect(body.series.map(({ device, metric, count }: Record<string, unknown>) => [device, metric, count])).toEqual([
      ["Gr\u00f6ße", "t", 2],
      ["Gr\u00f6ße", "t\u00f6", 2],
    ]);
  });

  it("[P85] what is no UTF-8 is read as old spreadsheets write it, and that is told", async () => {
    const hub = await hubs();
    const path = file("latin.csv", Buffer.from("time,place\n2026-11-24T00:00:00Z,M\xfcnchen\n", "latin1"));
    expect((await imported(hub, path)).otherEncoding).toBe(true);
    expect(await hub.readings("latin", "place")).toEqual([[at, "München"]]);
  });

  it.each([
    ["", "empty"],
    ["\x1f\x8b\x08", "gunzip"],
    ["PK\x03\x04", "save the sheet as CSV"],
    ["PAR1", "Parquet"],
    ["[{}]", "a JSON list"],
    ["a,b\n1,2\n", "--time-column"],
    ["time\n1\n", "No column has values"],
    ["time,a (1),a\n1,2,3\n", "Two columns"],
    ["time,a\nsoon,1\nlater,2\n", "None of its first 2 rows"],
    [`{"time":1}\n`, "No column has values"],
  ])("[P85] %j is refused as a whole, in words", async (content, words) => {
    const hub = await hubs();
    await expect(imported(hub, file("x.csv", Buffer.from(content, "latin1")))).rejects.toThrow(words);
  });
});

describe("rows that cannot be taken", () => {
  it("[P86] each is listed with its line and what is allowed, and all others are stored", async () => {
    const hub = await hubs();
    const known = [
      { metric: "known", value: "text", time: at },
      { metric: "n", value: 0, time: at - 1 },
    ];
    await hub.http("POST", "readings", { device: "d", readings: known });
    const rows = [
      "time,device,metric,value",
      `${at},d,n,1`,
      `${at + 1},d,n,x`,
      `soon,d,n,2`,
      `${at + 2},d,n`,
      `${at + 3},d/../e,n,3`,
      `${at + 4},d,no name,4`,
      `${at + 5},d,n,1e999`,
      `${Date.now() + 3_600_000},d,n,5`,
      `${at + 6},d,known,${"x".repeat(257)}`,
      `${at + 7},d,known,17`,
      `${at + 8},d,n,`,
      `${at + 9},d,n,9`,
      `${at + 10},d,"n,10`,
      `${at + 11},d,n,11`,
    ];
    const path = file("rows.csv", `${rows.join("\n")}\n`);
    const { state, troubles } = await imported(hub, path);
    expect(troubles.map(({ line, problem }) => [line, problem.slice(0, 27)])).toEqual([
      [3, "expected a number, as the s"],
      [4, "expected a time (2000-01-31"],
      [5, "expected 4 cells as in the "],
      [6, "expected a device (1–128 le"],
      [7, "expected a metric (1–128 le"],
      [8, "expected a number, as the s"],
      [9, "expected a time at most 5 m"],
      [10, "expected text of at most 25"],
      [14, 'expected a quote (") that c'],
    ]);
    expect(state).toMatchObject({ stored: 4, refused: 9 });
    expect(await everything(hub)).toEqual({
      "d known": [
        [at, "text"],
        [at + 7, "17"],
      ],
      "d n": [
        [at - 1, 0],
        [at, 1],
        [at + 9, 9],
        [at + 11, 11],
      ],
    });
    const list = refusedList(path)?.split("\r\n") ?? [];
    expect(list).toHaveLength(1 + 9 + 1);
    expect(list[0]).toBe("line,column,problem");
    expect(list[1]).toBe('3,n,"expected a number, as the series is, found ""x"""');
  });

  it("[P86] what the hub refuses has the line of the file, and is counted beyond the hundred that are spelled out", async () => {
    const hub = await hubs({ limits: { metricsPerDevice: 1 } });
    const rows = Array.from({ length: 150 }, (_, index) => `${at + index},${index},${index}`);
    const { state, troubles } = await imported(hub, file("two.csv", `time,a,b\n${rows.join("\n")}\n`), { unit: "ms" });
    expect(state.stored).toBe(150);
    expect(troubles).toHaveLength(101);
    expect(troubles[0]).toMatchObject({ line: 2, column: "b" });
    expect(troubles[0]?.problem).toContain("metricsPerDevice is 1");
    expect(troubles.at(-1)?.problem).toContain("refused 50 more readings of lines 2 to 151");
  });
});

describe("again and again", () => {
  const content = `time,a,b\n${Array.from({ length: 3_000 }, (_, index) => `${at + index},${index},${-index}`).join("\n")}\n`;
  const small = { unit: "ms", blockBytes: 4_096, batchRows: 100 } as const;

  it("[P87] a file that is in the hub is not sent again; with --again it is, and no reading is there twice", async () => {
    const hub = await hubs();
    const path = file("twice.csv", content);
    expect((await imported(hub, path, small)).state.stored).toBe(6_000);
    const { body: before } = await hub.http("GET", "status");
    const again = await imported(hub, path, small);
    expect(again.state).toMatchObject({ fromByte: content.length, stored: 6_000, done: true });
    expect((await hub.http("GET", "status")).body.offset).toBe(before.offset);
    await imported(hub, path, { ...small, again: true });
    expect((await hub.http("GET", "series")).body.series.map(({ count }: { count: number }) => count)).toEqual([
      3_000, 3_000,
    ]);
  });

  it("[P87] without its notes it sends all again under the same numbers, and the hub stores nothing anew", async () => {
    const hub = await hubs({ engine: "sqlite" });
    const path = file("numbers.csv", content);
    await imported(hub, path, small);
    writeFileSync(`${path}.import.json`, "{");
    expect((await imported(hub, path, small)).state).toMatchObject({ stored: 6_000, refused: 0, done: true });
    expect((await hub.http("GET", "status")).body.readings).toMatchObject({ stored: 6_000, overwritten: 0 });
  });

  it("[P87] stopped midway, it goes on where it was, and lists each refused row once", async () => {
    const hub = await hubs();
    const path = file("cut.csv", content.replace("\n", "\nsoon,1,2\n").replace(`${at + 2_990},`, "later,"));
    const first = await imported(hub, path, small, 3);
    expect(first.state.done).toBe(false);
    expect(first.state.byte).toBeGreaterThan(0);
    const second = await imported(hub, path, small);
    expect(second.state).toMatchObject({
      fromByte: first.state.byte,
      rows: 3_001,
      stored: 5_998,
      refused: 2,
      done: true,
    });
    expect((await hub.http("GET", "status")).body.readings).toMatchObject({ stored: 5_998, overwritten: 0 });
    expect(refusedList(path)?.match(/\d+,time,/g)).toEqual(["2,time,", "2993,time,"]);
  });

  it("[P87] another hub, or a changed file, is begun anew", async () => {
    const [one, other] = [await hubs(), await hubs()];
    const path = file("changed.csv", content);
    await imported(one, path, small);
    expect((await imported(other, path, small)).state.stored).toBe(6_000);
    writeFileSync(path, `${readFileSync(path, "utf8")}${at + 9_000},1,2\n`);
    expect((await imported(other, path, small)).state).toMatchObject({ fromByte: 0, done: true });
    expect(await other.readings("changed", "a")).toHaveLength(3_001);
  });

  it("[P87] what the hub refuses for now is sent again until it is stored", async () => {
    const hub = await hubs();
    hub.store.failNextAppend();
    const { state } = await imported(hub, file("full.csv", content), small);
    expect(state).toMatchObject({ stored: 6_000, refused: 0 });
    expect(await hub.readings("full", "b")).toHaveLength(3_000);
  });
});
