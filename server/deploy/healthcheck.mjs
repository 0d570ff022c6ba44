// Ends with 0 where the hub of this container works, degraded or not, and with 1 where it does not. Needs nothing but Node.
// @ts-check
import { get } from "node:http";
import { get as getByTls } from "node:https";

const { HUB_PORT, HUB_TLS_CERT } = process.env;
const host = { host: "127.0.0.1", port: HUB_PORT || 8080, path: "/health", timeout: 4_000 };
// The certificate is for the name that others use.
const asked = HUB_TLS_CERT ? getByTls({ ...host, rejectUnauthorized: false }, told) : get(host, told);
asked.on("timeout", () => asked.destroy(new Error("no answer"))).on("error", () => process.exit(1));

/** @param {import("node:http").IncomingMessage} answer */
function told(answer) {
  process.exit(answer.statusCode === 200 ? 0 : 1);
}
