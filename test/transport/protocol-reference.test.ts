/** `/protocol.json`: the frames of all transcripts, as they went over the wire, are held to the schemas that the hub serves. */
import Ajv2020, { type ValidateFunction } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, it } from "vitest";
import { closeRules, errorCodes } from "../../server/protocol/codes.ts";
import type { Transport } from "../support/client.ts";
import { closed } from "../support/closed-schema.ts";
import { hubsOfTest } from "../support/start-hub.ts";
import { websocketTransport } from "../support/websocket-wire.ts";
import { transportContract } from "./contract.ts";

// biome-ignore lint/suspicious/noExplicitAny: frames and documents of any shape are looked into
type Any = any;

const sent = new Set<string>();
const received = new Set<string>();

/** Keeps every frame, each once. */
const recorded: Transport = {
  name: "recorded websocket",
  async open(url, events, headers) {
    const onText = (text: string) => {
      received.add(text);
      events.onText(text);
    };
    const wire = await websocketTransport.open(url, { ...events, onText }, headers);
    const send = wire.send.bind(wire);
    wire.send = (text) => {
      sent.add(text);
      send(text);
    };
    return wire;
  },
};

transportContract(recorded, "memory");

const start = hubsOfTest();
const at = Date.UTC(2026, 10, 24);

describe("a viewer, recorded", () => {
  it("subscribes with and without history, is updated, resumes, is refused, and leaves", async () => {
    const hub = await start({ transport: recorded, viewing: { heartbeatMs: 100 } });
    const device = await hub.welcomed("boiler-1", {
      metrics: { temperature: { unit: "°C", kind: "gauge", zones: [{ from: 90, level: "warn" }] } },
      commands: { open: { args: { percent: { type: "number", options: [0, 50, 100] } } } },
    });
    const times = Array.from({ length: 500 }, (_, index) => at + index * 1_000);
    const values = { temperature: times.map((_, index) => index), door: times.map((_, index) => index % 99 === 0) };
    device.send({ type: "samples", seq: 1, times, values });
    await device.next("ack");
    device.send({ type: "reading", id: 3, device: "boiler-1", metric: "phase", value: "warm" });
    await device.next("ack");
    const viewer = await hub.viewer();
    viewer.send({ type: "hello", viewer: true });
    await viewer.next("welcome");
    const aggregates = ["first", "last", "min", "max", "mean", "sum", "count"];
    viewer.send({ type: "subscribe", id: 1, devices: ["boiler-*"], history: { from: at, points: 50, aggregates } });
    await viewer.next("ready");
    viewer.send({
      type: "subscribe",
      id: 2,
      metrics: ["temperature"],
      interval: 50,
      history: { from: at, to: at + 9_000 },
    });
    const { epoch, offset } = await viewer.next("subscribed");
    await viewer.next("ready");
    device.send({
      type: "readings",
      id: 4,
      readings: [
        { metric: "temperature", value: 1 },
        { metric: "fresh", value: true },
      ],
    });
    await viewer.next("update");
    viewer.send({ type: "subscribe", id: 3, resume: { epoch, offset } }, { type: "ping", id: 4, time: 1 });
    await viewer.next("pong");
    viewer.send({ type: "subscribe", id: 5, devices: ["a b"] });
    await viewer.next("error");
    viewer.send({ type: "unsubscribe", id: 1 });
    await viewer.next("result");
    await hub.http("DELETE", "devices/boiler-1");
    await viewer.until(({ type, devices }) => type === "devices" && JSON.stringify(devices).includes("removed"));
    device.wire.close();
    viewer.wire.close();
  });
});

describe("/protocol.json", () => {
  let document: Any;
  const compiled = new Map<string, ValidateFunction>();

  beforeAll(async () => {
    const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
    ajv.addVocabulary(["x-subprotocol", "x-error-codes", "x-close-codes"]);
    const hub = await start();
    document = await (await fetch(`${hub.url}/protocol.json`)).json();
    ajv.addSchema(closed(document), "protocol");
    for (const id of Object.keys(document.$defs)) compiled.set(id, ajv.compile({ $ref: `protocol#/$defs/${id}` }));
  });

  const judge = (id: string, frame: unknown) => {
    const validate = compiled.get(id) as ValidateFunction;
    return validate(frame)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };

  it("is JSON Schema to a validator that nobody here wrote, and has every message of both directions by name", () => {
    expect(Object.keys(document.$defs).sort()).toEqual(
      [
        ...["device-to-hub", "device-hello", "describe", "readings", "samples", "reading", "ping"],
        ...["viewer-to-hub", "viewer-hello", "subscribe", "unsubscribe"],
        ...["hub-to-device", "device-welcome", "ack", "pong", "error"],
        ...[
          "hub-to-viewer",
          "viewer-welcome",
          "subscribed",
          "devices",
          "series",
          "history",
          "ready",
          "update",
          "result",
        ],
        ...["metric", "command", "row", "value", "device-entry", "series-entry"],
      ].sort(),
    );
    expect(Object.keys(document["x-error-codes"])).toEqual(errorCodes);
    expect(Object.keys(document["x-close-codes"])).toEqual(Object.keys(closeRules));
  });

  it("allows every frame that the hub sent, and says everything that stands in it", () => {
    const types = new Set<string>();
    for (const text of received) {
      const frame = JSON.parse(text);
      types.add(frame.type);
      const problems = [judge("hub-to-device", frame), judge("hub-to-viewer", frame)];
      expect(problems.some((found) => found.length === 0) ? [] : [text, problems]).toEqual([]);
      expect(judge("hub-to-device", { ...frame, unheard: 1 })).not.toEqual([]);
    }
    expect([...types].sort()).toEqual(
      [
        "welcome",
        "ack",
        "pong",
        "error",
        "subscribed",
        "devices",
        "series",
        "history",
        "ready",
        "update",
        "result",
      ].sort(),
    );
  });

  it("allows every frame that was sent to the hub, but for those that were meant to be refused", () => {
    const types = new Set<string>();
    const refused: string[] = [];
    for (const text of sent) {
      let frame: Any;
      try {
        frame = JSON.parse(text);
      } catch {
        refused.push(text);
        continue;
      }
      if (judge("device-to-hub", frame).length === 0 || judge("viewer-to-hub", frame).length === 0)
        types.add(frame.type);
      else refused.push(text);
    }
    expect(refused.filter((text) => !/^Hello Server$|"no good"|"a b"/.test(text))).toEqual([]);
    expect(refused).toHaveLength(4);
    expect([...types].sort()).toEqual(
      ["hello", "describe", "readings", "samples", "reading", "ping", "subscribe", "unsubscribe"].sort(),
    );
  });

  it.each([
    ["readings", { type: "readings", readings: [{ metric: "m", value: {} }] }],
    ["readings", { type: "readings", readings: [], sequence: 1 }],
    ["samples", { type: "samples", times: [1], values: { m: ["x".repeat(257)] } }],
    ["device-hello", { type: "hello", device: "a//b" }],
    ["device-hello", { type: "hello", device: "a b" }],
    ["device-hello", { type: "hello", device: "x".repeat(129) }],
    ["subscribe", { type: "subscribe" }],
    ["subscribe", { type: "subscribe", id: 1.5 }],
    ["subscribe", { type: "subscribe", id: 1, metrics: ["a b"] }],
    ["ping", { type: "ping", id: 0, time: 1 }],
  ])("refuses a wrong %s as the hub does: %j", (id, frame) => {
    expect(judge(id, frame)).not.toEqual([]);
  });
});
