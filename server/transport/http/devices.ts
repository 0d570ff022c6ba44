import { deviceEntryOf } from "../../hub/entries.ts";
import type { DevicesAnswer } from "../../protocol/http.ts";
import { parseDevicesQuery } from "../../protocol/query.ts";
import { pageOfDevices } from "./paging.ts";
import type { Handler } from "./route.ts";

/** `GET devices`. */
export const getDevices: Handler = ({ context, query, principal }) => {
  const { device, limit, cursor } = parseDevicesQuery(query);
  const { items, next } = pageOfDevices(context.catalog.selectDevices(device), limit, cursor);
  return {
    json: {
      devices: items.map((one) => deviceEntryOf(one, context.presence, principal?.sees)),
      next,
    } satisfies DevicesAnswer,
  };
};
