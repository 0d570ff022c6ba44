import { may } from "../../hub/access/principal.ts";
import { Refusal } from "../../protocol/errors.ts";
import type { HealthAnswer } from "../../protocol/http.ts";
import { type Handler, onlyParameters } from "./route.ts";

/** `GET status`. */
export const getStatus: Handler = async ({ context, query }) => {
  onlyParameters(query);
  return { json: await context.hub.status() };
};

function healthAnswer(health: HealthAnswer) {
  return { status: health.status === "down" ? 503 : 200, json: health };
}

/** `/health`: whether the hub works at all; why not, with its paths, is told to those alone who may use it. */
export const getHealth: Handler = ({ context, principal }) => {
  const health = context.hub.health();
  return healthAnswer(principal && may(principal, "status") ? health : { status: health.status });
};

/** `/ready`: whether it should be sent traffic now. */
export const getReady: Handler = ({ context }) => healthAnswer(context.hub.ready());

/** `/metrics`: to programs of this machine; from elsewhere to those alone who may see how the hub does. */
export const getMetrics: Handler = async ({ context, query, local }) => {
  onlyParameters(query);
  if (context.access.open && !local) {
    throw new Refusal(
      "not_allowed",
      "/metrics is answered to programs of the hub's own machine: scrape it from there, or start the hub without --open and scrape it with a program's token.",
    );
  }
  return { text: await context.metrics.read(), type: context.metrics.contentType };
};
