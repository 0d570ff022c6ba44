/**
 * From text to a message or a refusal. Nothing here throws for what a sender wrote, nothing recurses over what it nested,
 * and the work for a frame that is wrong is bounded like the work for one that is right.
 */
import { z } from "zod";
import { hotMessages } from "./check.ts";
import { type DeviceMessage, describe, deviceHello, type Ping, ping } from "./device.ts";
import { aboutOf, checkMessage, type DecodeLimits, depthRefusal, type Fields, tooManyReadings } from "./envelope.ts";
import { Refusal } from "./errors.ts";
import { type PostedReadings, postedReadings } from "./http.ts";
import { nearestName } from "./nearest.ts";
import { describeProblems, judge, type Schema, shown } from "./problems.ts";
import { deviceName } from "./values.ts";
import { subscribe, unsubscribe, type ViewerMessage, viewerHello } from "./viewer.ts";

export type { DecodeLimits } from "./envelope.ts";

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

/** A frame that works on any open hub, shown to whoever sent one that could not be read. */
export const firstFrame = '{"type":"reading","device":"my-sensor","metric":"temperature","value":21.5}';

/** One side of the contract: who sends, and what. */
interface Side {
  readonly sender: string;
  readonly schemas: ReadonlyMap<unknown, Schema>;
  readonly types: readonly string[];
}

function sideOf(sender: string, schemas: Readonly<Record<string, Schema>>): Side {
  return { sender, schemas: new Map(Object.entries(schemas)), types: Object.keys(schemas) };
}

const device = sideOf("device", deviceSchemas);
const viewer = sideOf("viewer", viewerSchemas);
const allTypes = [...new Set([...device.types, ...viewer.types])];

function notJson(error: unknown): Refusal {
  const why = error instanceof Error ? error.message.slice(0, 200).toWellFormed() : "unreadable";
  return new Refusal(
    "invalid_json",
    `this is not JSON (${why}). Send one JSON object in each text frame; a first valid frame: ${firstFrame}`,
  );
}

/** The text as an object that has fields, or why it is none. */
function parseObject(text: string, limits: DecodeLimits): Fields | Refusal {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return notJson(error);
  }
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Fields;
  const problem = `a frame is one JSON object, not ${shown(json)}; a first valid frame: ${firstFrame}`;
  return depthRefusal(text, limits) ?? new Refusal("invalid_message", problem);
}

function unknownType(fields: Fields, allowed: readonly string[], sender: string): Refusal {
  const given = fields.type;
  const near = typeof given === "string" ? nearestName(given, allowed) : undefined;
  const what = given === undefined ? "type is missing" : `type ${shown(given)} is not known`;
  return new Refusal(
    "unknown_type",
    `${what}${near ? `; did you mean ${near}?` : "."} A ${sender} sends ${allowed.join(", ")}; a first valid frame: ${firstFrame}`,
    undefined,
    aboutOf(fields),
  );
}

/** Reads a message of one side; `other` is the side that this connection is not. */
function messageOf(side: Side, other: Side, fields: Fields, text: string, limits: DecodeLimits): Fields | Refusal {
  const { type } = fields;
  const schema = side.schemas.get(type);
  if (schema) return checkMessage(fields, schema, text, limits);
  if (!other.schemas.has(type)) return unknownType(fields, side.types, side.sender);
  return new Refusal(
    "invalid_message",
    `${String(type)} is a ${other.sender}'s message, and this connection is a ${side.sender}'s since its first message: open another one for it`,
    undefined,
    aboutOf(fields),
  );
}

function deviceMessageOf(fields: Fields, text: string, limits: DecodeLimits): DeviceMessage | Refusal {
  return messageOf(device, viewer, fields, text, limits) as DeviceMessage | Refusal;
}

function viewerMessageOf(fields: Fields, text: string, limits: DecodeLimits): ViewerMessage | Refusal {
  return messageOf(viewer, device, fields, text, limits) as ViewerMessage | Refusal;
}

/** Reads a frame of a socket that is a device's. `readings` and `samples` still hold unchecked rows: see `checkRow`. */
export function decodeDevice(text: string, limits: DecodeLimits): DeviceMessage | Refusal {
  const fields = parseObject(text, limits);
  return fields instanceof Refusal ? fields : deviceMessageOf(fields, text, limits);
}

/** Reads a frame of a socket that is a viewer's. */
export function decodeViewer(text: string, limits: DecodeLimits): ViewerMessage | Refusal {
  const fields = parseObject(text, limits);
  return fields instanceof Refusal ? fields : viewerMessageOf(fields, text, limits);
}

/** A first message and whose it is; a `ping` settles nothing. */
export type FirstMessage =
  | { readonly side: "device"; readonly message: DeviceMessage }
  | { readonly side: "viewer"; readonly message: ViewerMessage }
  | { readonly side: "either"; readonly message: Ping };

/** Reads a frame of a socket of which nothing is known yet. */
export function decodeFirst(text: string, limits: DecodeLimits): FirstMessage | Refusal {
  const fields = parseObject(text, limits);
  if (fields instanceof Refusal) return fields;
  const { type } = fields;
  if (!device.schemas.has(type) && !viewer.schemas.has(type))
    return unknownType(fields, allTypes, "device or a viewer");
  const isViewersHello = type === "hello" && Object.hasOwn(fields, "viewer");
  if (isViewersHello || !device.schemas.has(type)) {
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
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return notJson(error);
  }
  const posted = checkPosted(json, limits);
  return (posted instanceof Refusal && depthRefusal(text, limits)) || posted;
}

/** The same for a body that its transport has parsed, and whose depth it has looked at. */
export function checkPosted(json: unknown, limits: DecodeLimits): PostedReadings[] | Refusal {
  const parts: unknown[] = Array.isArray(json) ? json : [json];
  const posted: PostedReadings[] = [];
  let count = 0;
  for (const [index, part] of parts.entries()) {
    const judged = judge(compiledPost, part);
    if (!judged.ok) {
      const { code, message } = describeProblems(judged.issues, "body", "invalid_message");
      return new Refusal(code, Array.isArray(json) ? `entry ${index}: ${message}` : message);
    }
    posted.push(judged.value);
    // An entry without readings costs as much as one reading: its session is looked up.
    count += Math.max(1, judged.value.readings.length);
  }
  return count > limits.readingsPerFrame ? tooManyReadings(count, limits) : posted;
}

/** Reads a device id out of a path or a query, in NFC. */
export function decodeDeviceId(text: string): string | Refusal {
  const judged = judge(deviceName, text);
  if (judged.ok) return judged.value;
  const { code, message } = describeProblems(judged.issues, "device", "invalid_name");
  return new Refusal(code, message);
}
