/** What a person's form comes to as a change, and which field a refusal is about, in the hub's own words. */
import { describe, expect, it } from "vitest";
import {
  changeOf,
  type DeviceDraft,
  doubleLabel,
  fieldPath,
  problemsByField,
} from "../../dashboard/data/device-draft.ts";
import { decodeDeviceEdit } from "../../server/protocol/edit.ts";
import { Refusal } from "../../server/protocol/errors.ts";

const draft = (): DeviceDraft => ({
  name: "Boiler",
  kind: "",
  interval: "",
  labels: [{ name: "site", value: "north" }],
  metrics: [
    { metric: "temp", label: "Temperature", unit: "°C", decimals: "1" },
    { metric: "temp.max", label: "", unit: "", decimals: "" },
  ],
});

const limits = { depth: 8, readingsPerFrame: 1_000, metricsPerDevice: 100 };

describe("the form of a device", () => {
  it("[P63] sends what differs and nothing else; what was emptied is taken back", () => {
    expect(changeOf(draft(), draft())).toEqual({});
    const after = draft();
    after.name = "";
    after.interval = "1.5";
    after.labels = [
      { name: "site", value: "south" },
      { name: "", value: "forgotten" },
    ];
    Object.assign(after.metrics[0] as object, { unit: "K", decimals: "" });
    Object.assign(after.metrics[1] as object, { decimals: "0" });
    expect(changeOf(draft(), after)).toEqual({
      name: null,
      reportInterval: 1_500,
      labels: { site: "south" },
      metrics: { temp: { unit: "K", decimals: null }, "temp.max": { decimals: 0 } },
    });
  });

  it("names a label that is there twice", () => {
    const after = draft();
    after.labels.push({ name: "floor", value: "1" }, { name: "site", value: "south" });
    expect([doubleLabel(draft()), doubleLabel(after)]).toEqual([undefined, "site"]);
  });

  it("shows what the hub refuses at the field that it is about", () => {
    const after = draft();
    after.name = "n".repeat(300);
    Object.assign(after.metrics[0] as object, { decimals: "99" });
    Object.assign(after.metrics[1] as object, { unit: "u".repeat(300) });
    const change = changeOf(draft(), after);
    const refusal = decodeDeviceEdit(JSON.stringify(change), limits);
    if (!(refusal instanceof Refusal)) throw new Error("the hub took it");
    const paths = [
      "name",
      fieldPath("metrics", "temp", "unit"),
      fieldPath("metrics", "temp", "decimals"),
      fieldPath("metrics", "temp.max", "unit"),
    ];
    const { of, rest } = problemsByField(refusal.message, paths);
    expect([...of.keys()].sort()).toEqual(["metrics.temp.decimals", "metrics.temp.max.unit", "name"]);
    expect(of.get("name")).toContain("at most 256 characters");
    expect(of.get("metrics.temp.decimals")).toContain("15");
    expect(rest).toBeUndefined();
  });

  it("keeps what is about no field", () => {
    expect(problemsByField("The disk is full", ["name"])).toEqual({ of: new Map(), rest: "The disk is full" });
  });
});
