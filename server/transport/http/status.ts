import { Refusal } from "../../protocol/errors.ts";
import type { HealthAnswer } from "../../protocol/http.ts";
import { isLoopbackAddress } from "../origin.ts";
import { type Handler, onlyParameters } from "./route.ts";

/** `GET status`. */
export const getStatus: Handler = async ({ context, query }) => {
  onlyParameters(query);
  return { json: await context.hub.status() };
};

function healthAnswer(health: HealthAnswer) {
  return { status: health.status === "down" ? 503 : 200, json: health };
}

/** `/health`: whether the hub works at all. */
export const getHealth: Handler = ({ context }) => healthAnswer(context.hub.health());

/** `/ready`: whether it should be sent traffic now. */
export const getReady: Handler = ({ context }) => healthAnswer(context.hub.ready());

/** `/metrics`: to programs of this machine alone, as long as nobody can show that he may read it from elsewhere. */
export const getMetrics: Handler = async ({ context, query, remoteAddress }) => {
  onlyParameters(query);
  if (!isLoopbackAddress(remoteAddress)) {
    throw new Refusal(
      "not_allowed",
      "/metrics is answered to programs of the hub's own machine: scrape it from there.",
    );
  }
  return { text: await context.metrics.read(), type: context.metrics.contentType };
};
