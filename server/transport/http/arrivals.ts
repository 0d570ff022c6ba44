import type { ArrivalsAnswer } from "../../protocol/http.ts";
import { type Handler, onlyParameters, principalOf } from "./route.ts";

/** `GET arrivals`: did my frame reach the hub, and why not? */
export const getArrivals: Handler = (request) => {
  const { context, query } = request;
  onlyParameters(query);
  const arrivals = context.hub.arrivals.read(context.access.counts.wrong);
  const { devices, sees } = principalOf(request);
  if (devices === undefined) return { json: arrivals satisfies ArrivalsAnswer };
  // A gateway's refusals hold rows of every device behind it, and what nobody sent by name may be anybody's.
  const isSeen = ({ device }: { readonly device?: string | undefined }) => device !== undefined && sees(device);
  const seen = { senders: arrivals.senders.filter(isSeen), refusals: [], more: 0 };
  return { json: { ...arrivals, ...seen } satisfies ArrivalsAnswer };
};
