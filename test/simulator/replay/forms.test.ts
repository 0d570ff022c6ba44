/** Files in the forms that programs write, played into a hub. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RecordingOptions } from "../../../simulator/replay/recording.ts";
import { startHub, type TestHub } from "../../support/start-hub.ts";
import { everything, filesOfTest, playedFile } from "./playing.ts";

const file = filesOfTest();
const first = Date.UTC(2000, 0, 1);
const day = 86_400_000;

describe("a file", () => {
  let hub: TestHub;
  let files = 0;
  beforeAll(async () => {
    hub = await startHub();
  });
  afterAll(() => hub.stop());

  /** What is found of it in the hub, without what other tests of this file have played. */
  async function found(text: string | Uint8Array, options: RecordingOptions = {}): Promise<Record<string, unknown>> {
    const device = `d${++files}`;
    const before = await everything(hub);
    const { stored, sent, rejected } = await playedFile(hub, file(`${device}.csv`, text), options);
    expect({ stored, rejected }).toEqual({ stored: sent, rejected: 0 });
    const now = Object.entries(await everything(hub)).filter(([name, rows]) => before[name]?.length !== rows.length);
    return Object.fromEntries(now.map(([name, rows]) => [name.replace(`${device} `, ""), rows]));
  }

  it("[Y3] in wide form has a metric for each column; an empty cell is no reading", async () => {
    expect(await found("t,date,ok,s\n1.5,2000-01-01,true,on\n,2000-01-02,FALSE,\n-3e2,2000-01-03,,off\n")).toEqual({
      t: [
        [first, 1.5],
        [first + 2 * day, -300],
      ],
      ok: [
        [first, true],
        [first + day, false],
      ],
      s: [
        [first, "on"],
        [first + 2 * day, "off"],
      ],
    });
  });

  it.each([
    ["NA", "NaN"],
    ["-", "null"],
    ["n/a", "None"],
    ["---", "?"],
  ])("[Y4] has no reading where a column of numbers says %s or %s", async (one, other) => {
    expect(await found(`date,t\n2000-01-01,1\n2000-01-02,${one}\n2000-01-03,${other}\n`)).toEqual({ t: [[first, 1]] });
  });

  it("[Y4] keeps such words where a column is text", async () => {
    expect(await found("date,damage\n2000-01-01,None\n2000-01-02,Minor\n2000-01-03,7\n")).toEqual({
      damage: [
        [first, "None"],
        [first + day, "Minor"],
        [first + 2 * day, "7"],
      ],
    });
  });

  it.each<[string, string | Uint8Array]>([
    ["commas and quotes", '"date","t"\n"2000-01-01","1.5"\n"2000-01-02","1,234.5"\n'],
    ["semicolons and decimal commas", "date;t\r\n2000-01-01;1,5\r\n2000-01-02;1.234,5\r\n"],
    ["tabs, a BOM and CR alone", "\uFEFFdate\tt\r2000-01-01\t1.5\r2000-01-02\t1234.5\r"],
    ["bars and blanks", "date | t\n 2000-01-01 | 1.5 \n 2000-01-02 | 1234.5 \n"],
    [
      "comments before the header, and empty lines",
      "# made by a logger\n#\n\ndate,t\n2000-01-01,1.5\n\n2000-01-02,1234.5",
    ],
    ["UTF-16", Buffer.from("\uFEFFdate,t\r\n2000-01-01,1.5\r\n2000-01-02,1234.5\r\n", "utf16le")],
    ["a column without a name", ",date,t\n0,2000-01-01,1.5\n1,2000-01-02,1234.5\n"],
    ["JSON, with keys that come late", '{"date":"2000-01-01","t":1.5,"x":null}\n\n{"t":1234.5,"date":"2000-01-02"}'],
  ])("[Y3] is read with %s", async (_, text) => {
    expect(await found(text)).toEqual({
      t: [
        [first, 1.5],
        [first + day, 1234.5],
      ],
    });
  });

  it("[Y3] is read with a quoted text over several lines and quotes within", async () => {
    expect(await found('date,s\n2000-01-01,"a ""b"",\nc"\n2000-01-02,5" pipe\n')).toEqual({
      s: [
        [first, 'a "b",\nc'],
        [first + day, '5" pipe'],
      ],
    });
  });

  it("[Y5] has names that a hub takes, and tells the hub what stood there, with the unit", async () => {
    const names = "date,Temp. außen (°C),Temp. außen [K],$,π/2\n2000-01-01,1,2,3,4\n";
    await expect(found(names)).rejects.toThrow('Line 2, column "$": expected the name of a metric');
    await found(names.replace("$", "_x"), { device: "names" });
    const { metrics } = (await hub.http("GET", "devices/names")).body;
    expect(metrics).toMatchObject({
      "Temp._außen": { label: "Temp. außen", unit: "°C" },
      "Temp._außen_2": { label: "Temp. außen", unit: "K" },
      π_2: { label: "π/2" },
    });
  });

  it("[Y3] in long form has a device, a metric and a value in each row, whatever these columns are called", async () => {
    const rows = "a,t,2000-01-01,1\nb,t,2000-01-01,2\na,s,2000-01-01,on\n";
    const expected = { "a t": [[first, 1]], "b t": [[first, 2]], "a s": [[first, "on"]] };
    expect(await found(`sensor_id,variable,timestamp,reading\n${rows}`)).toEqual(expected);
    const named = { deviceColumn: "x", metricColumn: "y", timeColumn: "z", valueColumn: "w" };
    expect(await found(`x,y,z,w\n${rows.replaceAll(/^./gm, "$&$&")}`, named)).toEqual({
      "aa t": [[first, 1]],
      "bb t": [[first, 2]],
      "aa s": [[first, "on"]],
    });
  });

  it("[Y3] as Home Assistant exports it has a device for each entity, each with a type of its own", async () => {
    const text = `entity_id,state,last_changed\nsensor.hall,21.5,2000-01-01T00:00:00.000Z\nlight.hall,on,2000-01-01T00:00:00.000Z\nsensor.hall,unavailable,2000-01-02T00:00:00.000Z\n${Array.from({ length: 9 }, (_, hour) => `sensor.hall,21,2000-01-03T0${hour}:00:00.000Z`).join("\n")}\n`;
    const { "sensor.hall state": hall, "light.hall state": light } = await found(text, { skipWrong: true });
    expect(light).toEqual([[first, "on"]]);
    expect(hall).toHaveLength(10);
    expect(hall).toContainEqual([first, 21.5]);
  });

  it("[Y3] as InfluxDB exports it is read in its long form", async () => {
    const text =
      "#group,false,false\n#datatype,string,long\n,result,table,_start,_stop,_time,_value,_field,_measurement,host\n,,0,1999-01-01T00:00:00Z,2001-01-01T00:00:00Z,2000-01-01T00:00:00Z,7.5,usage,cpu,h1\n";
    expect(await found(text)).toEqual({ "h1 usage": [[first, 7.5]] });
  });

  it("[Y3] with one value column named has that metric alone", async () => {
    expect(await found("date,a,b\n2000-01-01,1,2\n", { valueColumn: "b" })).toEqual({ b: [[first, 2]] });
  });

  it("[Y3] with a device named is all of that device's", async () => {
    expect(await found("date,site,a\n2000-01-01,x,1\n2000-01-02,y,2\n", { device: "whole" })).toEqual({
      "whole site": [
        [first, "x"],
        [first + day, "y"],
      ],
      "whole a": [
        [first, 1],
        [first + day, 2],
      ],
    });
  });

  it("[Y2] with decimal years, as tables of CO₂ have them, is read by these", async () => {
    const text = "# NOAA\nyear,month,decimal date,average\n1958,3,1958.2027,315.70\n1958,4,1958.2877,317.45\n";
    const times = [1958.2027, 1958.2877].map((year) => Date.UTC(1958, 0) + Math.round((year - 1958) * 365 * day));
    expect(await found(text)).toMatchObject({
      average: [
        [times[0], 315.7],
        [times[1], 317.45],
      ],
    });
  });

  it("[Y1] with rows that are wrong is played without them where that is wanted", async () => {
    const text = `date,t\n${Array.from({ length: 20 }, (_, t) => `2000-01-${t === 4 ? "xx" : String(t + 1).padStart(2, "0")},${t === 9 ? "oops" : t}`).join("\n")}\n`;
    const rows = (await found(text, { skipWrong: true })).t as [number, number][];
    expect(rows.map(([, value]) => value)).toEqual([...Array(20).keys()].filter((t) => t !== 4 && t !== 9));
  });
});
