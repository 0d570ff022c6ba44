import { type Handler, onlyParameters, principalOf } from "./route.ts";

/** `POST readings`: answers after the commit. 400 only where rows were refused and none was stored. */
export const postReadings: Handler = async (request) => {
  const { context, query, body, address } = request;
  onlyParameters(query);
  const answer = await context.hub.post(body, address, principalOf(request));
  const nothingStored = answer.rejectedCount > 0 && answer.stored === 0 && answer.duplicates === 0;
  return { status: nothingStored ? 400 : 200, json: answer };
};
