/** A hub behind a real proxy, asked as its visitors do: by the proxy's name, over TLS. */
import { mkdtempSync, rmSync } from "node:fs";
import type { RequestOptions } from "node:https";
import type { LookupFunction } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { type App, createApp } from "../../server/app.ts";
import { makeConfig } from "../../server/config.ts";
import { silentLog, systemClock } from "../../server/ports.ts";
import { defaultLimits } from "../../server/protocol/limits.ts";
import { MemoryStore } from "../../server/store/memory/memory-store.ts";
import { builtPage } from "../e2e/built-page.ts";
import { Client } from "../support/client.ts";
import { operatorToken } from "../support/operator.ts";
import { askSecurely, authority, type SecureAnswer } from "../support/tls-hub.ts";
import { websocketWith } from "../support/websocket-wire.ts";
import { type Changes, type ProxyKind, ProxyProcess, proxyHost } from "./proxies.ts";

export interface ProxiedOptions extends Changes {
  /** Time between two pings of the hub, ms. */
  readonly pingMs?: number;
  readonly store?: MemoryStore;
  /** Folder of the built page. */
  readonly dashboardFolder?: string;
}

/** The proxy's name leads to this machine. */
export const lookup: LookupFunction = (_, options, done) =>
  options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);

export class ProxiedHub {
  readonly #folder: string;
  readonly #app: App;
  readonly proxy: ProxyProcess;
  /** Where visitors find it: `https://hub.example:4711/hub`. */
  readonly url: string;
  readonly token: string;

  private constructor(folder: string, app: App, proxy: ProxyProcess, path: string, token: string) {
    this.#folder = folder;
    this.#app = app;
    this.proxy = proxy;
    this.url = `https://${proxyHost}:${proxy.port}${path}`;
    this.token = token;
  }

  static async start(kind: ProxyKind, options: ProxiedOptions = {}): Promise<ProxiedHub> {
    const { pingMs = defaultLimits.pingMs, store = new MemoryStore(), dashboardFolder, ...changes } = options;
    const folder = mkdtempSync(join(process.env.HUB_TEST_FOLDER ?? tmpdir(), "hub-proxied-"));
    const path = changes.whole ? "" : "/hub";
    const config = makeConfig({
      ...{ port: 0, data: folder, minFreeBytes: 0, trustProxy: ["loopback"] },
      basePath: kind.leavesPath ? path : "",
      limits: { ...defaultLimits, pingMs },
    });
    const onFatal = (error: unknown) => {
      throw error;
    };
    const app = await createApp(
      config,
      { clock: systemClock, log: silentLog },
      { store, onFatal, ...(dashboardFolder === undefined ? {} : { dashboardFolder }) },
    );
    const token = await operatorToken(app.url, app.setupCode);
    try {
      return new ProxiedHub(folder, app, await ProxyProcess.start(kind, app.url, changes), path, token);
    } catch (error) {
      await app.stop();
      throw error;
    }
  }

  get bearer(): { Authorization: string } {
    return { Authorization: `Bearer ${this.token}` };
  }

  /** Asks below the hub's address, by default with its token. */
  ask(path: string, options: RequestOptions = {}, body = ""): Promise<SecureAnswer> {
    return askSecurely(this.url + path, { lookup, headers: this.bearer, ...options }, body);
  }

  connect(headers: Readonly<Record<string, string>> = this.bearer): Promise<Client> {
    return Client.open(websocketWith({ ca: authority.ca, lookup }), this.url, headers);
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    await this.#app.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Starts hubs behind proxies that are stopped after the test that started them. */
export function proxiedHubsOfTest() {
  const started: ProxiedHub[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((hub) => hub.stop()));
  });
  return async (kind: ProxyKind, options: ProxiedOptions = {}): Promise<ProxiedHub> => {
    const hub = await ProxiedHub.start(kind, options);
    started.push(hub);
    return hub;
  };
}

/** The page as it is built, in a folder of its own. */
export async function pageOfTest(): Promise<{ folder: string; remove: () => void }> {
  const root = mkdtempSync(join(process.env.HUB_TEST_FOLDER ?? tmpdir(), "hub-proxied-page-"));
  return { folder: await builtPage(root), remove: () => rmSync(root, { recursive: true, force: true }) };
}
