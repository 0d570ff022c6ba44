import { Refusal } from "../../protocol/errors.ts";
import { decodeQuarantineDecision, type QuarantineAnswer, type QuarantineOutcome } from "../../protocol/quarantine.ts";
import { parseQuarantineQuery } from "../../protocol/query.ts";
import { deviceOf, unknownDevice } from "./device.ts";
import { readCursor, writeCursor } from "./paging.ts";
import type { Handler } from "./route.ts";

/** `GET devices/{id}/quarantine`: what was refused for its time and waits for a person, the newest first. */
export const getQuarantine: Handler = async (request) => {
  const { context, query } = request;
  const device = deviceOf(request, ["limit", "cursor"]);
  const { limit, cursor } = parseQuarantineQuery(query);
  const [before] = readCursor("quarantine", cursor, 1);
  const asked = before === undefined ? Number.MAX_SAFE_INTEGER : Number(before);
  const { rows, count, lost } = await context.store.quarantine.list(device.id, asked, limit + 1);
  if (device.removed) throw unknownDevice(device.id, context.catalog);
  const told = rows.slice(0, limit);
  const last = told.at(-1);
  return {
    json: {
      ...{ device: device.id, count, lost, limits: context.hub.quarantine.quota.limits },
      readings: told.map(({ id, metric, timeMs, value, atMs, code }) => ({
        ...{ id, metric, time: timeMs, value, at: atMs, code },
      })),
      next: last && rows.length > limit ? writeCursor("quarantine", [String(last.id)]) : null,
    } satisfies QuarantineAnswer,
  };
};

/** `POST devices/{id}/quarantine`: a person's decision on them. */
export const postQuarantine: Handler = async (request) => {
  const { context, body } = request;
  const device = deviceOf(request);
  const decision = decodeQuarantineDecision((await body()).text, context.limits);
  if (decision instanceof Refusal) throw decision;
  return { json: (await context.hub.quarantine.decide(device, decision)) satisfies QuarantineOutcome };
};
