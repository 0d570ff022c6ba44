/**
 * From text to a message or a refusal. Nothing here throws for what a sender wrote, nothing recurses over what it nested,
 * and the work for a frame that is wrong is bounded like the work for one that is right.
 */
import { z } from "zod";
import { hotMessages } from "./check.ts";
import { hasProtoKey, nestsDeeperThan } from "./depth.ts";
import { type DeviceMessage, describe, deviceHello, type Ping, ping } from "./device.ts";
import { type About, Refusal } from "./errors.ts";
import { type PostedReadings, postedReadings } from "./http.ts";
import { type Limits, limitText } from "./limits.ts";
import { nearestName } from "./nearest.ts";
import { describeProblems, judge, type Schema, shown } from "./problems.ts";
import { deviceName } from "./values.ts";
import { subscribe, unsubscribe, type ViewerMessage, viewerHello } from "./viewer.ts";

/** The limits that decoding keeps. */
export type DecodeLimits = Pick<Limits, "depth" | "readingsPerFrame" | "metricsPerDevice">;

/** The schema of each message of a device. */
const deviceSchemas: Readonly<Record<DeviceMessage["type"], Schema>> = {
  hello: deviceHello,
  describe,
  ...hotMessages,
  ping,
};

/** The schema of each message of a viewer. */
const viewerSchemas: Readonly<Record<ViewerMessage["type"], Schema>> = {
  hello: viewerHello,
  subscribe,
  unsubscribe,
  ping,
};

const deviceTypes = Object.keys(deviceSchemas);
const viewerTypes = Object.keys(viewerSchemas);

/** A frame that works on any open hub, shown to whoever sent one that could not be read. */
export const firstFrame = '{"type":"reading","device":"my-sensor","metric":"temperature","value":21.5}';

/** Longer texts are scanned for their depth before they are parsed; shorter ones only where the exact check is not enough. */
const scanFromLength = 32 * 1024;

type Fields = Readonly<Record<string, unknown>>;

function wholeNumber(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : undefined;
}

/** The numbers that the sender gave a message, as far as they can be read. */
function aboutOf(fields: Fields): About {
  return { id: wholeNumber(fields.id), seq: wholeNumber(fields.seq) };
}

function tooDeep(depth: number, about?: About): Refusal {
  return new Refusal(
    "too_deep",
    `objects and lists nest deeper than allowed: ${limitText("depth", depth)}`,
    undefined,
    about,
  );
}

/** The text as an object that has fields, or why it is none. */
function parseObject(text: string, limits: DecodeLimits): Fields | Refusal {
  const parsed = parseJson(text, limits);
  if (parsed instanceof Refusal) return parsed;
  if (typeof parsed.json !== "object" || parsed.json === null || Array.isArray(parsed.json))
    return new Refusal(
      "invalid_message",
      `a frame is one JSON object, not ${shown(parsed.json)}; a first valid frame: ${firstFrame}`,
    );
  return parsed.json as Fields;
}

function parseJson(text: string, limits: DecodeLimits): { json: unknown } | Refusal {
  if (text.length > scanFromLength && nestsDeeperThan(text, limits.depth)) return tooDeep(limits.depth);
  try {
    return { json: JSON.parse(text) };
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200).toWellFormed() : "unreadable";
    return new Refusal(
      "invalid_json",
      `this is not JSON (${why}). Send one JSON object in each text frame; a first valid frame: ${firstFrame}`,
    );
  }
}

function unknownType(fields: Fields, allowed: readonly string[], sender: string): Refusal {
  const given = fields.type;
  const near = typeof given === "string" ? nearestName(given, allowed) : undefined;
  const what = given === undefined ? "type is missing" : `type ${shown(given)} is not known`;
  return new Refusal(
    "unknown_type",
    `${what}${near ? `; did you mean ${near}?` : "."} ${sender} sends ${allowed.join(", ")}; a first valid frame: ${firstFrame}`,
    undefined,
    aboutOf(fields),
  );
}

/** A message of the other side: a socket is a device's or a viewer's, settled by its first message. */
function wrongSide(fields: Fields, type: string, sender: string, receiver: string): Refusal {
  return new Refusal(
    "invalid_message",
    `${type} is a ${sender}'s message, and this connection is a ${receiver}'s since its first message: open another one for it`,
    undefined,
    aboutOf(fields),
  );
}

/** Too many entries in a record cost more to refuse one by one than to count. */
function tooManyEntries(fields: Fields, limits: DecodeLimits): Refusal | undefined {
  for (const [field, most, limit] of [
    ["metrics", limits.metricsPerDevice, limitText("metricsPerDevice", limits.metricsPerDevice)],
    ["commands", maxCommands, `at most ${maxCommands} are allowed`],
    ["labels", maxLabels, `at most ${maxLabels} are allowed`],
  ] as const) {
    const entries = fields[field];
    if (typeof entries !== "object" || entries === null || Array.isArray(entries)) continue;
    const count = Object.keys(entries).length;
    if (count > most)
      return new Refusal("invalid_message", `${field} has ${count} entries: ${limit}`, undefined, aboutOf(fields));
  }
  return undefined;
}

/** Most commands and labels that a device may name. */
const maxCommands = 256;
const maxLabels = 256;

/** What has to hold before zod may look: its work grows with depth and with the number of wrong keys. */
function precheck(fields: Fields, text: string, limits: DecodeLimits): Refusal | undefined {
  if (text.length <= scanFromLength && nestsDeeperThan(text, limits.depth))
    return tooDeep(limits.depth, aboutOf(fields));
  if (hasProtoKey(fields))
    return new Refusal("invalid_name", "__proto__ is not allowed as a name", undefined, aboutOf(fields));
  return tooManyEntries(fields, limits);
}

/** Readings in a frame, counted no further than needed. */
function countReadings(message: { type: string } & Fields, most: number): number {
  if (message.type === "readings") return (message.readings as unknown[]).length;
  if (message.type !== "samples") return 1;
  const columns = Object.values(message.values as Record<string, unknown[]>);
  if ((message.times as unknown[]).length * columns.length <= most) return 0;
  let count = 0;
  for (const column of columns) for (const cell of column) if (cell !== null) count++;
  return count;
}

function tooManyReadings(count: number, limits: DecodeLimits, about: About): Refusal {
  return new Refusal(
    "too_many_readings",
    `this frame has ${count} readings: ${limitText("readingsPerFrame", limits.readingsPerFrame)}; send several frames`,
    undefined,
    about,
  );
}

/** The columns of `samples` that are not as long as its times. */
function unevenColumn(message: Fields): Refusal | undefined {
  const length = (message.times as unknown[]).length;
  for (const [metric, column] of Object.entries(message.values as Record<string, unknown[]>)) {
    if (column.length === length) continue;
    return new Refusal(
      "invalid_message",
      `values.${metric.slice(0, 128).toWellFormed()} has ${column.length} entries and times has ${length}: each column is as long as times, with null where there is no value`,
      undefined,
      aboutOf(message),
    );
  }
  return undefined;
}

/** Checks a message against the schema of its type. */
function checkMessage(fields: Fields, schema: Schema, text: string, limits: DecodeLimits): Fields | Refusal {
  const type = fields.type as string;
  const hot = type in hotMessages;
  if (!hot) {
    const refusal = precheck(fields, text, limits);
    if (refusal) return refusal;
  }
  const judged = judge(schema, fields);
  if (!judged.ok) {
    const refusal = hot && precheck(fields, text, limits);
    if (refusal) return refusal;
    const { code, message } = describeProblems(judged.issues, type, "invalid_message");
    return new Refusal(code, message, undefined, aboutOf(fields));
  }
  if (!hot) return judged.value as Fields;
  // zod drops a key called __proto__ from records; here it is refused by name like any other bad name.
  if (type === "samples" && Object.hasOwn(fields.values as object, "__proto__"))
    return new Refusal("invalid_name", "__proto__ is not allowed as a name", undefined, aboutOf(fields));
  const message = judged.value as { type: string } & Fields;
  const count = countReadings(message, limits.readingsPerFrame);
  if (count > limits.readingsPerFrame) return tooManyReadings(count, limits, aboutOf(message));
  if (type === "samples") return unevenColumn(message) ?? message;
  return message;
}

function decode(
  fields: Fields,
  text: string,
  limits: DecodeLimits,
  schemas: Readonly<Record<string, Schema>>,
  unknown: (type: unknown) => Refusal,
): Fields | Refusal {
  const type = fields.type;
  if (typeof type !== "string" || !Object.hasOwn(schemas, type)) return unknown(type);
  return checkMessage(fields, schemas[type] as Schema, text, limits);
}

function isViewersHello(fields: Fields): boolean {
  return fields.type === "hello" && Object.hasOwn(fields, "viewer");
}

function deviceMessageOf(fields: Fields, text: string, limits: DecodeLimits): DeviceMessage | Refusal {
  return decode(fields, text, limits, deviceSchemas, (type) =>
    typeof type === "string" && viewerTypes.includes(type)
      ? wrongSide(fields, type, "viewer", "device")
      : unknownType(fields, deviceTypes, "A device"),
  ) as DeviceMessage | Refusal;
}

function viewerMessageOf(fields: Fields, text: string, limits: DecodeLimits): ViewerMessage | Refusal {
  return decode(fields, text, limits, viewerSchemas, (type) =>
    typeof type === "string" && deviceTypes.includes(type)
      ? wrongSide(fields, type, "device", "viewer")
      : unknownType(fields, viewerTypes, "A viewer"),
  ) as ViewerMessage | Refusal;
}

/** Reads a frame of a socket that is a device's. `readings` and `samples` still hold unchecked rows: see `checkRow`. */
export function decodeDevice(text: string, limits: DecodeLimits): DeviceMessage | Refusal {
  const fields = parseObject(text, limits);
  if (fields instanceof Refusal) return fields;
  return deviceMessageOf(fields, text, limits);
}

/** Reads a frame of a socket that is a viewer's. */
export function decodeViewer(text: string, limits: DecodeLimits): ViewerMessage | Refusal {
  const fields = parseObject(text, limits);
  if (fields instanceof Refusal) return fields;
  return viewerMessageOf(fields, text, limits);
}

/** A first message and whose it is; a `ping` settles nothing. */
export type FirstMessage =
  | { readonly side: "device"; readonly message: DeviceMessage }
  | { readonly side: "viewer"; readonly message: ViewerMessage }
  | { readonly side: "either"; readonly message: Ping };

const allTypes = [...new Set([...deviceTypes, ...viewerTypes])];

/** Reads a frame of a socket of which nothing is known yet. */
export function decodeFirst(text: string, limits: DecodeLimits): FirstMessage | Refusal {
  const fields = parseObject(text, limits);
  if (fields instanceof Refusal) return fields;
  const type = fields.type;
  if (typeof type !== "string" || !allTypes.includes(type))
    return unknownType(fields, allTypes, "A device or a viewer");
  if (isViewersHello(fields) || !deviceTypes.includes(type)) {
    const message = viewerMessageOf(fields, text, limits);
    return message instanceof Refusal ? message : { side: "viewer", message };
  }
  const message = deviceMessageOf(fields, text, limits);
  if (message instanceof Refusal) return message;
  return message.type === "ping" ? { side: "either", message } : { side: "device", message };
}

const compiledPost = z.compile(postedReadings, { strict: true });

/** Reads the body of `POST readings`: one object or a list of them. The rows are still unchecked: see `checkRow`. */
export function decodePosted(text: string, limits: DecodeLimits): PostedReadings[] | Refusal {
  const parsed = parseJson(text, limits);
  return parsed instanceof Refusal ? parsed : checkPosted(parsed.json, limits);
}

/** The same for a body that was parsed, and whose depth was looked at, by the transport. */
export function checkPosted(json: unknown, limits: DecodeLimits): PostedReadings[] | Refusal {
  const parts: unknown[] = Array.isArray(json) ? json : [json];
  const posted: PostedReadings[] = [];
  let count = 0;
  for (const [index, part] of parts.entries()) {
    const judged = judge(compiledPost, part);
    if (!judged.ok) {
      const { code, message } = describeProblems(judged.issues, "body", "invalid_message");
      const where = Array.isArray(json) ? `entry ${index}: ` : "";
      return new Refusal(code, `${where}${message}`);
    }
    posted.push(judged.value);
    count += judged.value.readings.length;
  }
  if (count > limits.readingsPerFrame) return tooManyReadings(count, limits, {});
  return posted;
}

/** Reads a device id out of a path or a query, in NFC. */
export function decodeDeviceId(text: string): string | Refusal {
  const judged = judge(deviceName, text);
  if (judged.ok) return judged.value;
  const { code, message } = describeProblems(judged.issues, "device", "invalid_name");
  return new Refusal(code, message);
}
