/** Tells the messages of a hub from what others say: a wrong address may lead to any server that speaks WebSocket. */
import type { Ack, ErrorMessage, FromHub, Rejection, Welcome } from "./messages.ts";

/** A message as it may be: each field of any kind, or missing. */
type Unsure<Message> = { [Field in keyof Message]?: unknown };

const readers: Readonly<Record<FromHub["type"], (message: object) => boolean>> = {
  welcome({ lastSeq, epoch, heartbeat, limits }: Unsure<Welcome>) {
    const { readingsPerFrame, frameBytes } = (limits ?? {}) as Unsure<Welcome["limits"]>;
    const positive = [heartbeat, readingsPerFrame, frameBytes].every((one) => isNumber(one) && one > 0);
    return positive && isNumber(lastSeq) && typeof epoch === "string";
  },
  ack({ seq, rejectedCount, rejected = [], warnings = [] }: Unsure<Ack>) {
    const counted = [seq, rejectedCount].every((one) => one === undefined || isNumber(one));
    return counted && Array.isArray(rejected) && rejected.every(isRejection) && Array.isArray(warnings);
  },
  error({ seq, code, message }: Unsure<ErrorMessage>) {
    return (seq === undefined || isNumber(seq)) && typeof code === "string" && typeof message === "string";
  },
  pong: () => true,
};

/** The message that a text is; undefined where no hub would say so. */
export function heard(text: string): FromHub | undefined {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof message !== "object" || message === null) return undefined;
  const { type } = message as { type?: unknown };
  const known = typeof type === "string" && Object.hasOwn(readers, type);
  return known && readers[type as FromHub["type"]](message) ? (message as FromHub) : undefined;
}

function isNumber(one: unknown): one is number {
  return typeof one === "number";
}

function isRejection(one: unknown): boolean {
  const { index, metric } = (one ?? {}) as Unsure<Rejection>;
  return isNumber(index) && typeof metric === "string";
}
