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

/** `/health`: whether the hub works at all. */
export const getHealth: Handler = ({ context }) => healthAnswer(context.hub.health());

/** `/ready`: whether it should be sent traffic now. */
export const getReady: Handler = ({ context }) => healthAnswer(context.hub.ready());
