/** The references that the hub serves of itself, made at the first question and kept. */
import { hubVersion } from "../../config.ts";
import { protocolDocument } from "../../protocol/reference/messages.ts";
import { openApiDocument } from "../../protocol/reference/openapi.ts";
import { type Handler, onlyParameters } from "./route.ts";

function document(make: () => object): Handler {
  let text: string | undefined;
  return ({ query }) => {
    onlyParameters(query);
    text ??= JSON.stringify(make());
    return { text };
  };
}

/** `/openapi.json`. */
export const getOpenApi: Handler = document(() => openApiDocument(hubVersion));

/** `/protocol.json`. */
export const getProtocol: Handler = document(protocolDocument);
