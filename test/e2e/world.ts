/** The whole line for browser tests: a real hub that serves the built page, a real Chromium, and a record of what went wrong. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket as TcpSocket, connect as tcpConnect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { type App, createApp } from "../../server/app.ts";
import { makeConfig } from "../../server/config.ts";
import { silentLog, systemClock } from "../../server/ports.ts";
import { sampleOf } from "../support/amount.ts";
import { sharedChromium } from "../support/browser.ts";
import { builtParquetWorker, builtStoreWorker } from "../support/built.ts";
import { Client } from "../support/client.ts";
import { printedSeed } from "../support/seed.ts";
import { websocketTransport } from "../support/websocket-wire.ts";
import { builtPage } from "./built-page.ts";

/** A page under test, with everything that it complained about and asked for. */
export interface Visit {
  readonly page: Page;
  /** Errors of the console and of scripts. */
  readonly complaints: string[];
  /** Addresses of all requests and sockets. */
  readonly requests: string[];
}

/** A hub with its page, and contexts of a browser. Stop it in the end. */
export class World {
  readonly #folder: string;
  readonly #pageFolder: string;
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];
  #app: App | undefined;
  /** Kept over restarts, so that the page finds the hub again. */
  #port = 0;

  private constructor(folder: string, pageFolder: string, browser: Browser) {
    this.#folder = folder;
    this.#pageFolder = pageFolder;
    this.#browser = browser;
  }

  static async start(): Promise<World> {
    const folder = mkdtempSync(join(process.env.HUB_TEST_FOLDER ?? tmpdir(), "hub-e2e-"));
    const [pageFolder, browser] = await Promise.all([builtPage(join(folder, "build")), sharedChromium()]);
    const world = new World(folder, pageFolder, browser);
    await world.startHub();
    return world;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** The code that makes the first admin; undefined where there is one already. */
  get setupCode(): string | undefined {
    return this.#app?.setupCode;
  }

  /**
   * `data`: the folder that holds its data; another one makes it another hub at the same address. `minFreeBytes`: with more
   * than the disk has the hub refuses readings, as one does whose disk is full.
   */
  async startHub({ data = "data", minFreeBytes = 0 } = {}): Promise<void> {
    const config = makeConfig({ port: this.#port, data: join(this.#folder, data), minFreeBytes });
    const onFatal = (error: unknown) => {
      throw error;
    };
    this.#app = await createApp(
      config,
      { clock: systemClock, log: silentLog },
      {
        dashboardFolder: this.#pageFolder,
        storeWorkerUrl: builtStoreWorker(),
        parquetWorkerUrl: builtParquetWorker(),
        onFatal,
      },
    );
    this.#port = Number(new URL(this.#app.url).port);
  }

  /** What the database's file takes, bytes. */
  async dataBytes(): Promise<number> {
    const response = await fetch(`${this.url}/api/v1/status`);
    return ((await response.json()) as { store: { bytes: number } }).store.bytes;
  }

  async stopHub(): Promise<void> {
    await this.#app?.stop();
    this.#app = undefined;
  }

  /** Starts the hub where a test that failed left it stopped, so that the next one, or its second try, finds it. */
  async hubUp(): Promise<void> {
    if (this.#app === undefined) await this.startHub();
  }

  async stop(): Promise<void> {
    // A page that a test left open would go on drawing beside the files that follow.
    await Promise.all(this.#contexts.map((context) => context.close()));
    await this.stopHub();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A device's connection, its `welcome` taken. */
  async device(device: string, hello: object = {}): Promise<Client> {
    const client = await Client.open(websocketTransport, this.url);
    client.send({ type: "hello", device, ...hello });
    await client.next("welcome");
    return client;
  }

  /** Opens the page. `at`: what stands after the address, such as `#/device/a`. `first`: a script that runs before the page's. */
  async visit(at = "", options: BrowserContextOptions = {}, url = this.url, first = ""): Promise<Visit> {
    const context = await this.#context({ viewport: { width: 1280, height: 900 }, ...options });
    // Below the runner's own patience, so that a failure names the step.
    context.setDefaultTimeout(60_000);
    await context.addInitScript(first);
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error.stack)));
    page.on("request", (request) => requests.push(request.url()));
    page.on("websocket", (socket) => requests.push(socket.url()));
    await page.goto(`${url}/${at}`);
    return { page, complaints, requests };
  }

  /** A blank page of the browser, without any origin. */
  async blank(): Promise<Page> {
    return (await this.#context({})).newPage();
  }

  async #context(options: BrowserContextOptions): Promise<BrowserContext> {
    const context = await this.#browser.newContext({ locale: "en-US", ...options });
    this.#contexts.push(context);
    return context;
  }
}

/** A wire between page and hub that can be cut without a word, as a pulled cable does. */
export class Cable {
  readonly #server: Server;
  readonly #pairs = new Set<[TcpSocket, TcpSocket]>();
  #cut = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(port: number): Promise<Cable> {
    const server = createServer();
    const cable = new Cable(server);
    server.on("connection", (near) => {
      const far = tcpConnect(port, "127.0.0.1");
      const pair: [TcpSocket, TcpSocket] = [near, far];
      cable.#pairs.add(pair);
      near.on("data", (data) => cable.#cut || far.write(data));
      far.on("data", (data) => cable.#cut || near.write(data));
      for (const [one, other] of [pair, [far, near]] as const) {
        one.on("error", () => {});
        one.on("close", () => {
          cable.#pairs.delete(pair);
          if (!cable.#cut) other.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return cable;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : address}`;
  }

  /** From now on nothing gets through, and nobody is told. */
  pull(): void {
    this.#cut = true;
  }

  /** New connections get through again; those of before stay dead. */
  plugIn(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    this.#cut = false;
  }

  async close(): Promise<void> {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/**
 * Both themes where everything is tried, otherwise one that a printed seed names. Colours are the same names everywhere, and
 * `looks.test.ts` holds both themes to the rules in any case.
 */
export function themesOfRun(): readonly ("light" | "dark")[] {
  return sampleOf(["light", "dark"], 2, printedSeed("theme"));
}

/** Rules of accessibility that are broken, however little, each with the elements that break it. */
export async function axeViolations(page: Page): Promise<string[]> {
  await settledColours(page);
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(options: object): Promise<{
          violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
        }>;
      };
    };
    // Every rule runs; what is right is not gathered with all its elements.
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("\n")}`,
    );
  });
}

/** Resolves once no colour is on its way to another, as after a change of the theme: half-way it is nobody's choice. */
async function settledColours(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const rootsIn = (root: Document | ShadowRoot): (Document | ShadowRoot)[] => [
      root,
      ...[...root.querySelectorAll("*")].flatMap(({ shadowRoot }) => (shadowRoot ? rootsIn(shadowRoot) : [])),
    ];
    const moving = rootsIn(document).flatMap((root) => root.getAnimations());
    await Promise.allSettled(moving.filter((one) => one instanceof CSSTransition).map(({ finished }) => finished));
  });
}
