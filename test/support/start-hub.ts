/** A real hub on a free port, for tests: its own store, its own folder, clients that speak to it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { type App, createApp } from "../../server/app.ts";
import { type Config, makeConfig } from "../../server/config.ts";
import { type Clock, type Log, silentLog, systemClock } from "../../server/ports.ts";
import { type DoorLimits, defaultDoor } from "../../server/protocol/door.ts";
import { defaultLimits, type Limits } from "../../server/protocol/limits.ts";
import { defaultViewing, type Viewing } from "../../server/protocol/viewing.ts";
import { MemoryData } from "../../server/store/memory/data.ts";
import { MemoryStore } from "../../server/store/memory/memory-store.ts";
import { SqliteStore } from "../../server/store/sqlite/sqlite-store.ts";
import type { StoreEvents } from "../../server/store/store.ts";
import { builtParquetWorker, builtStoreWorker } from "./built.ts";
import { Client, type Transport } from "./client.ts";
import { SwitchedStore } from "./switched-store.ts";
import { websocketTransport } from "./websocket-wire.ts";

/** Store engines that the suites run over. */
export type Engine = "memory" | "sqlite";
export const engines: readonly Engine[] = ["memory", "sqlite"];

export interface TestHubOptions {
  /** The store behind it ("memory"). */
  readonly engine?: Engine;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly limits?: Partial<Limits>;
  readonly config?: Partial<Omit<Config, "limits" | "viewing" | "door">>;
  readonly transport?: Transport;
  readonly viewing?: Partial<Viewing>;
  readonly door?: Partial<DoorLimits>;
}

/** An answer over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export class TestHub {
  readonly #options: TestHubOptions;
  readonly #folder: string;
  readonly #memory = new MemoryData();
  readonly #transport: Transport;
  /** What the hub reported as fatal. */
  readonly fatal: unknown[] = [];
  #app: App | undefined;
  #store: SwitchedStore | undefined;
  #seal: () => Promise<void> = async () => {};

  private constructor(options: TestHubOptions, folder: string) {
    this.#options = options;
    this.#folder = folder;
    this.#transport = options.transport ?? websocketTransport;
  }

  static async start(options: TestHubOptions = {}): Promise<TestHub> {
    const hub = new TestHub(options, await mkdtemp(join(process.env.HUB_TEST_FOLDER ?? tmpdir(), "hub-test-")));
    await hub.#open();
    return hub;
  }

  get url(): string {
    if (!this.#app) throw new Error("the hub is stopped");
    return this.#app.url;
  }

  /** The hub's token, where it made one at its latest start. */
  get newToken(): string | undefined {
    return this.#app?.newToken;
  }

  /** What makes the first admin. */
  get setupCode(): string | undefined {
    return this.#app?.setupCode;
  }

  /** By what the programs are known that the hub starts beside itself. */
  get companionToken(): string {
    return this.#app?.companionToken ?? "";
  }

  /** The store, whose appends a test can fail or hold up. */
  get store(): SwitchedStore {
    if (!this.#store) throw new Error("the hub is stopped");
    return this.#store;
  }

  /** A connection of which the hub knows nothing yet. */
  connect(headers?: Readonly<Record<string, string>>): Promise<Client> {
    return Client.open(this.#transport, this.url, headers);
  }

  /** A connection that said hello as this device; its `welcome` is still to be taken. */
  async device(device: string, hello: object = {}): Promise<Client> {
    const client = await this.connect();
    client.send({ type: "hello", device, ...hello });
    return client;
  }

  /** Like `device`, with its `welcome` taken and what it said on disk. */
  async welcomed(device: string, hello: object = {}): Promise<Client> {
    const client = await this.device(device, hello);
    await client.next("welcome");
    client.send({ type: "describe", id: 1, device });
    await client.next("ack");
    return client;
  }

  /** A viewer's connection. */
  async viewer(): Promise<Client> {
    return this.connect();
  }

  /** Asks by HTTP, below `/api/v1`. */
  async http(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
    });
    return { status: response.status, body: await response.json() };
  }

  /** Readings of a series, as `[time, value]` in rising time. */
  async readings(device: string, metric: string): Promise<[number, unknown][]> {
    const query = new URLSearchParams({ device, metric, from: String(-8.64e15), to: String(8.64e15) });
    const { body } = await this.http("GET", `readings?${query}`);
    return (body.times ?? []).map((time: number, index: number) => [time, body.values[index]]);
  }

  /** Moves every reading from the journal to where it stays, where the engine knows such a difference. */
  sealAll(): Promise<void> {
    return this.#seal();
  }

  /** Stops and starts on the same data; the address changes. */
  async restart(): Promise<void> {
    await this.#app?.stop();
    await this.#open();
  }

  async stop(): Promise<void> {
    this.#store?.letGo();
    await this.#app?.stop();
    this.#app = undefined;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #open(): Promise<void> {
    const { clock = systemClock, log = silentLog, limits, config: changes, viewing, door } = this.#options;
    // Time of a clock that a test turns is nobody's use of the thread: one that is held waits until the test turns it.
    const all = { ...defaultLimits, ...(clock === systemClock ? {} : { senderShare: 100 }), ...limits };
    const config = makeConfig({
      port: 0,
      data: this.#folder,
      minFreeBytes: 0,
      ...changes,
      limits: all,
      viewing: { ...defaultViewing, ...viewing },
      door: { ...defaultDoor, ...door },
    });
    this.#app = await createApp(
      config,
      { clock, log },
      {
        store: (events) => this.#makeStore(config, events),
        parquetWorkerUrl: builtParquetWorker(),
        onFatal: (error) => this.fatal.push(error),
      },
    );
  }

  #makeStore(
    { minFreeBytes, journalBudgetBytes, headBudgetBytes, budget, keep }: Config,
    events: StoreEvents,
  ): SwitchedStore {
    if (this.#options.engine === "sqlite") {
      const workerUrl = builtStoreWorker();
      const budgets = { minFreeBytes, journalBudgetBytes, headBudgetBytes, budget: budget ?? "said", keep } as const;
      const store = new SqliteStore({ folder: this.#folder, workerUrl, ...budgets }, events);
      this.#seal = () => store.sealAll();
      this.#store = new SwitchedStore(store);
    } else this.#store = new SwitchedStore(new MemoryStore(this.#memory));
    return this.#store;
  }
}

/** Starts a hub; `stop` it in the end. */
export function startHub(options: TestHubOptions = {}): Promise<TestHub> {
  return TestHub.start(options);
}

/** Starts hubs that are stopped after the test that started them. */
export function hubsOfTest(): (options?: TestHubOptions) => Promise<TestHub> {
  const started: TestHub[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((hub) => hub.stop()));
  });
  return async (options) => {
    const hub = await startHub(options);
    started.push(hub);
    return hub;
  };
}
