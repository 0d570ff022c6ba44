import type { ArrivalsAnswer } from "../../protocol/http.ts";
import { type Handler, onlyParameters } from "./route.ts";

/** `GET arrivals`: did my frame reach the hub, and why not? */
export const getArrivals: Handler = ({ context, query }) => {
  onlyParameters(query);
  return { json: context.hub.arrivals.read(context.access.counts.wrong) satisfies ArrivalsAnswer };
};
