import { csvRows } from "../../formats/csv-rows.ts";
import {
  decodeAcceptOrder,
  decodeRotateOrder,
  decodeTokenOrder,
  type NewTokenAnswer,
  type NewTokensAnswer,
  type RemovedAnswer,
  type RequestsAnswer,
  type TokensAnswer,
} from "../../protocol/access.ts";
import { decodeDeviceId } from "../../protocol/decode.ts";
import { Refusal } from "../../protocol/errors.ts";
import { askerOf, type Handler, onlyParameters } from "./route.ts";

/** `GET tokens`. */
export const getTokens: Handler = (request) => {
  onlyParameters(request.query);
  return { json: { tokens: request.context.tokens.list(askerOf(request)) } satisfies TokensAnswer };
};

/** `POST tokens`. */
export const postToken: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, body } = request;
  const order = decodeTokenOrder((await body()).text, context.limits);
  if (order instanceof Refusal) throw order;
  return { json: (await context.tokens.add(order, askerOf(request))) satisfies NewTokenAnswer };
};

/** Rows of one CSV at most. */
const mostRows = 10_000;

/** `POST tokens.csv`: one for each row. */
export const postTokens: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, body } = request;
  const devices = devicesOf((await body()).text);
  return { json: { tokens: await context.tokens.addMany(devices, askerOf(request)) } satisfies NewTokensAnswer };
};

/** Throws a `Refusal` that names the first line that is wrong. */
function devicesOf(text: string): { device: string; name: string }[] {
  const [header, ...rows] = csvRows(text);
  const columns = header?.map((name) => name.trim().toLowerCase()) ?? [];
  const at = { device: columns.indexOf("device"), name: columns.indexOf("name") };
  const allowed = "the first line names the columns: device, and if wanted name, separated by commas";
  if (at.device < 0) throw new Refusal("invalid_message", `The CSV has no column device; ${allowed}.`);
  const stray = columns.find((name) => name !== "device" && name !== "name");
  if (stray !== undefined)
    throw new Refusal(
      "unknown_field",
      `Unknown column of the CSV ${JSON.stringify(stray.slice(0, 40).toWellFormed())}; ${allowed}.`,
    );
  const seen = new Map<string, number>();
  const devices = rows.flatMap((row, index) => {
    if (row.every((cell) => cell.trim() === "")) return [];
    const line = index + 2;
    const device = decodeDeviceId((row[at.device] ?? "").trim());
    if (device instanceof Refusal) throw new Refusal(device.code, `Row ${line} of the CSV: ${device.message}`);
    const before = seen.get(device);
    if (before !== undefined)
      throw new Refusal(
        "conflict",
        `Rows ${before} and ${line} of the CSV name the same device ${JSON.stringify(device)}.`,
      );
    seen.set(device, line);
    return [{ device, name: (row[at.name] ?? "").trim().slice(0, 256).toWellFormed() }];
  });
  if (devices.length === 0) throw new Refusal("invalid_message", `The CSV has no rows; ${allowed}.`);
  if (devices.length > mostRows)
    throw new Refusal("invalid_message", `The CSV has ${devices.length} rows; at most ${mostRows} are taken at once.`);
  return devices;
}

/** `POST tokens/{id}/rotate`. */
export const rotateToken: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, body, path } = request;
  context.tokens.require(path.id ?? "", askerOf(request));
  const order = decodeRotateOrder((await body()).text, context.limits);
  if (order instanceof Refusal) throw order;
  const made = await context.tokens.rotate(path.id ?? "", order.overlap, askerOf(request));
  return { json: made satisfies NewTokenAnswer };
};

/** `DELETE tokens/{id}`. */
export const deleteToken: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, path } = request;
  const id = path.id ?? "";
  await context.tokens.remove(id, askerOf(request));
  return { json: { id, removed: true } satisfies RemovedAnswer };
};

/** `GET requests`. */
export const getRequests: Handler = (request) => {
  onlyParameters(request.query);
  return { json: { requests: request.context.tokens.requests(askerOf(request)) } satisfies RequestsAnswer };
};

/** `POST requests`. */
export const acceptRequest: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, body } = request;
  const order = decodeAcceptOrder((await body()).text, context.limits);
  if (order instanceof Refusal) throw order;
  return { json: { tokens: [await context.tokens.accept(order, askerOf(request))] } satisfies TokensAnswer };
};

/** `DELETE requests/{code}`. */
export const dismissRequest: Handler = (request) => {
  onlyParameters(request.query);
  const { context, path } = request;
  const code = path.code ?? "";
  context.tokens.dismiss(code, askerOf(request));
  return { json: { id: code, removed: true } satisfies RemovedAnswer };
};
