/** A hub with --lan, asked by an address of this machine in its network: what comes by it looks to the hub like another machine. */
import type { IncomingHttpHeaders } from "node:http";
import { networkInterfaces } from "node:os";
import { WebSocket } from "ws";
import { lanAddresses } from "../../server/main/lan.ts";
import type { Log } from "../../server/ports.ts";
import type { Limits } from "../../server/protocol/limits.ts";
import { Client } from "./client.ts";
import { hubsOfTest } from "./start-hub.ts";
import { websocketTransport } from "./websocket-wire.ts";

/** This machine's address in its network, where it has one. */
export const [networkAddress] = lanAddresses(networkInterfaces());
export const missingNetwork = networkAddress === undefined;

/** Starts hubs with --lan that are stopped after the test that started them. */
export function lanHubsOfTest() {
  const start = hubsOfTest();
  return async (limits: Partial<Limits> = {}) => {
    const lines: string[] = [];
    const line = (message: string, fields?: object) => lines.push(`${message} ${JSON.stringify(fields)}`);
    const log: Log = { debug: line, info: line, warn: line, error: line };
    const hub = await start({ config: { lan: true }, limits, log });
    // Made from this machine, which needs no sign-in as long as there are no people: it may do what an operator may.
    const { body } = await hub.http("POST", "tokens", { kind: "program", role: "operator", name: "test" });
    const { token } = body as { token: string };
    const { port } = new URL(hub.url);
    const url = `http://${networkAddress}:${port}`;
    const ask = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
      fetch(`${url}${path}`, { ...init, headers });
    return { hub, token, port, url, ask, lines, bearer: { Authorization: `Bearer ${token}` } };
  };
}

/** A socket of which the hub knows nothing but its address. */
export const outside = (url: string, headers = {}) => Client.open(websocketTransport, url, headers);

/** Status and head of an upgrade that was refused; rejects where it was not. */
export function refusedUpgrade(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number | undefined; headers: IncomingHttpHeaders }> {
  const socket = new WebSocket(url.replace("http", "ws"), { headers });
  return new Promise((resolve, reject) => {
    socket.on("unexpected-response", (_, response) => {
      response.resume();
      resolve({ status: response.statusCode, headers: response.headers });
    });
    socket.on("open", () => reject(new Error("the socket was let in")));
    socket.on("error", () => {});
  });
}
