/** The hub's server: plain, or with TLS where a certificate is given. */
import { createServer, type Server, type ServerOptions } from "node:http";
import type { Config } from "../../config.ts";
import type { Ports } from "../../ports.ts";
import { contextOf, type Pair, readPair } from "./pair.ts";
import { Renewal } from "./renewal.ts";
import { createSecureServer } from "./secure-server.ts";

export interface HubServer {
  readonly server: Server;
  readonly scheme: "http" | "https";
  /** Of its certificate, where it has one. */
  readonly renewal: Renewal | undefined;
}

type TlsConfig = Pick<Config, "tlsCert" | "tlsKey" | "hstsMs">;

/** The pair that the settings name, and its files. Throws `PairError` where it cannot be used. */
export function pairOf({ tlsCert, tlsKey }: TlsConfig) {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const files = { tlsCert, tlsKey };
  return { files, pair: readPair(files) };
}

/** A server that does not listen yet. What is wrong with its certificate later stands in `troubles`. */
export function openServer(
  options: ServerOptions,
  given: ReturnType<typeof pairOf>,
  { hstsMs, clock, log, troubles }: TlsConfig & Ports & { readonly troubles: string[] },
): HubServer {
  if (!given) return { server: createServer(options), scheme: "http", renewal: undefined };
  const server = createSecureServer({ ...options, pair: given.pair, hstsMs, clock, log });
  const use = (pair: Pair) => server.setSecureContext(contextOf(pair));
  return { server, scheme: "https", renewal: new Renewal({ ...given, use, clock, log, troubles }) };
}
