import {
  decodePersonEdit,
  decodePersonOrder,
  type PeopleAnswer,
  type PersonEntry,
  type RemovedAnswer,
} from "../../protocol/access.ts";
import { Refusal } from "../../protocol/errors.ts";
import { askerOf, type Handler, onlyParameters } from "./route.ts";

/** `GET people`. */
export const getPeople: Handler = ({ context, query }) => {
  onlyParameters(query);
  return { json: { people: context.people.list() } satisfies PeopleAnswer };
};

/** `POST people`. */
export const postPerson: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, body } = request;
  const order = decodePersonOrder((await body()).text, context.limits);
  if (order instanceof Refusal) throw order;
  return { json: (await context.people.add(order, askerOf(request))) satisfies PersonEntry };
};

/** `PATCH people/{id}`. */
export const patchPerson: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, body, path } = request;
  context.people.require(path.id ?? "");
  const edit = decodePersonEdit((await body()).text, context.limits);
  if (edit instanceof Refusal) throw edit;
  return { json: (await context.people.edit(path.id ?? "", edit, askerOf(request))) satisfies PersonEntry };
};

/** `DELETE people/{id}`. */
export const deletePerson: Handler = async (request) => {
  onlyParameters(request.query);
  const { context, path } = request;
  const id = path.id ?? "";
  await context.people.remove(id, askerOf(request));
  return { json: { id, removed: true } satisfies RemovedAnswer };
};
