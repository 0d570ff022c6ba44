import { engines } from "../support/start-hub.ts";
import { websocketTransport } from "../support/websocket-wire.ts";
import { transportContract } from "./contract.ts";

for (const engine of engines) transportContract(websocketTransport, engine);
