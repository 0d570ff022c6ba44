/** The composition root: store, hub, and the ways in, put together and taken apart again. */
import { existsSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { type Config, hubVersion, needsSignIn } from "./config.ts";
import type { StartParquet } from "./formats/parquet-thread.ts";
import { Access } from "./hub/access/access.ts";
import { AccessBook } from "./hub/access/book.ts";
import { openHubToken } from "./hub/access/hub-token.ts";
import { Passwords } from "./hub/access/passwords.ts";
import { People } from "./hub/access/people.ts";
import { SignIn } from "./hub/access/sign-in.ts";
import { Tokens } from "./hub/access/tokens.ts";
import { hadAccounts, noteAccounts, removeToolToken, writeToolToken } from "./hub/access/tool-token.ts";
import { stopMs } from "./hub/closing.ts";
import { Hub } from "./hub/hub.ts";
import { defaultHistorySettings, defaultLiveSettings } from "./hub/live/live-settings.ts";
import { LoopDelay } from "./hub/loop-delay.ts";
import { BudgetWatch } from "./hub/storage/budget-watch.ts";
import { LogAlarm } from "./hub/storage/log-alarm.ts";
import { Retention } from "./hub/storage/retention.ts";
import { SpaceAlarm } from "./hub/storage/space-alarm.ts";
import { Storage } from "./hub/storage/storage.ts";
import type { Ports } from "./ports.ts";
import { createSqliteStore } from "./store/sqlite/sqlite-store.ts";
import type { StoreEvents, TelemetryStore } from "./store/store.ts";
import { belowBasePath, stripBasePath } from "./transport/base-path.ts";
import { Door } from "./transport/door.ts";
import { createHttpHandler, httpTimeouts } from "./transport/http/handler.ts";
import { pageFiles } from "./transport/http/page-files.ts";
import { openFilesLimit } from "./transport/open-files.ts";
import { isTrusted } from "./transport/proxies.ts";
import { SessionCookie } from "./transport/session-cookie.ts";
import { openServer, pairOf } from "./transport/tls/open-server.ts";
import { serveWebsocket } from "./transport/websocket.ts";

export interface AppOptions {
  /** Folder of the built page; without it the hub serves its API alone. */
  readonly dashboardFolder?: string;
  /** The hub can't promise anything any more and acknowledges nothing: the process has to end. */
  readonly onFatal: (error: unknown) => void;
  /** A store of one's own, not yet open, or what makes it. By default SQLite in `config.data`. */
  readonly store?: TelemetryStore | ((events: StoreEvents) => TelemetryStore);
  /** The built worker of that store; without it its source is run, which only development and tests can. */
  readonly storeWorkerUrl?: URL | undefined;
  /** The built worker that writes Parquet; without it its source is run. */
  readonly parquetWorkerUrl?: URL | undefined;
  /** The built program that reads a copy of its data back. */
  readonly storeVerifierUrl?: URL | undefined;
}

export interface App {
  /** Where this machine reaches the hub: `http://127.0.0.1:8080`, `https://` with a certificate. */
  readonly url: string;
  /** Names and addresses that its certificate is for; none where it has none. */
  readonly certificateNames: readonly string[];
  /** The hub's token, where it was made at this start: it can be told now and never again. */
  readonly newToken: string | undefined;
  /** What makes the first admin, or one more where that was asked for; undefined where nobody needs it. Told now and never again. */
  readonly setupCode: string | undefined;
  /** What the programs bring that are started beside the hub: it knows them by it until it ends. */
  readonly companionToken: string;
  /** What the data may take; null where nothing ever goes. */
  readonly budgetBytes: number | null;
  /**
   * Ends in good order: what was received is committed and acknowledged, then every connection is closed. Idempotent. Takes no
   * longer than `withinMs`, 8 s; rejects where the store is not closed by then. The process has to end at once in that case.
   */
  stop(withinMs?: number): Promise<void>;
  /** Reads the certificate anew, now. Connections stay. */
  reload(): void;
  /** The process met a fault: nothing is acknowledged from now on, and `onFatal` hears of it, once. */
  fail(error: unknown): void;
}

/** Connections that do not answer a close are cut after this, ms. */
const stopPatienceMs = 5_000;
const leastPatienceMs = 500;

/** Starts a hub. Rejects with `StoreOpenError`, or with the error of `listen` (`EADDRINUSE` and others). */
export async function createApp(config: Config, ports: Ports, options: AppOptions): Promise<App> {
  const { clock, log } = ports;
  let hub: Hub | undefined;
  const troubles: string[] = [];
  const events: StoreEvents = {
    onFatal: (error) => (hub ? hub.fail(error) : options.onFatal(error)),
    onTrouble: (message) => {
      if (troubles.includes(message)) return;
      troubles.push(message);
      log.error(message);
    },
    onRestart: (crashes) => log.warn("the store's worker was lost and is back", { crashesInAMinute: crashes }),
  };
  // Before the store is opened: a start that is refused for its certificate touches nothing.
  const certificate = pairOf(config);
  const given = typeof options.store === "function" ? options.store(events) : options.store;
  const store = given ?? sqliteStore(config, options, events);
  const state = await store.open();
  const opened = await store.stats();
  const { budgetBytes } = opened;
  const { access, hubToken } = await openAccess(config, store, ports, !options.store);
  const passwords = new Passwords();
  const sessionCookie = new SessionCookie(state.epoch);
  const loopDelay = new LoopDelay(clock);
  const logAlarm = new LogAlarm({ store, clock, log, troubles, alarmBytes: config.walAlarmBytes });
  // Without a reserve a disk that is full may have some room left, and only a commit tells.
  const onRoom = () => (config.minFreeBytes > 0 ? hub?.hasRoom() : undefined);
  const spaceAlarm = new SpaceAlarm({ store, clock, log, troubles, minFreeBytes: config.minFreeBytes, onRoom }, opened);
  const budgetWatch = new BudgetWatch({ store, clock, log, troubles });
  const loopDelayMs = () => loopDelay.p99Ms();
  const live = { ...defaultLiveSettings, ...config.viewing };
  const history = { ...defaultHistorySettings, ...config.viewing };
  const { onFatal } = options;
  const recent = await recentCommits(store, config, ports);
  const { minFreeBytes, journalBudgetBytes, headBudgetBytes, walAlarmBytes } = config;
  const storeLimits = { minFreeBytes, journalBudgetBytes, headBudgetBytes, walAlarmBytes };
  const parts = { store, state, recent, config, ports, access, storeLimits };
  hub = new Hub({ ...parts, version: hubVersion, loopDelayMs, onFatal, live, history, troubles });
  const { server, scheme, renewal } = openServer({ ...httpTimeouts }, certificate, { ...config, clock, log, troubles });
  const { catalog, presence } = hub;
  const signIn = new SignIn({ access, passwords, clock, sessionAgeMs: config.sessionAgeMs });
  const people = new People({ access, passwords, clock });
  const tokens = new Tokens({ access, clock, isKnown: (device) => catalog.findDevice(device) !== undefined });
  const retention = new Retention({ store, catalog, clock, log, keep: config.keep });
  const budgetByFlag = config.budget !== undefined;
  const storage = new Storage({ store, catalog, clock, log, retention, minFreeBytes, budgetByFlag });
  const pages = pagesOf(options.dashboardFolder);
  const { door: counts } = hub;
  const isProxy = (address: string) => isTrusted(address, config.trustProxy);
  const door = new Door(server, { limits: config.door, counts, clock, log, openFiles: openFilesLimit(), isProxy });
  server.on(
    "request",
    belowBasePath(
      config.basePath,
      door.guard(
        createHttpHandler({
          ...{
            hub,
            door,
            access,
            signIn,
            people,
            tokens,
            sessionCookie,
            catalog,
            store,
            history: hub.history,
            gaps: hub.gaps,
            storage,
            retention,
            presence,
            clock,
            log,
            config,
          },
          startParquet: parquetStarter(options.parquetWorkerUrl),
          ...(pages ? { pages } : {}),
        }),
      ),
    ),
  );
  server.on("upgrade", (request) => stripBasePath(request, config.basePath));
  const { arrivals } = hub;
  const sockets = serveWebsocket(server, {
    accept: (peer) => hub.accept(peer),
    ...{ access, sessionCookie, arrivals, config, clock, log, door, turns: hub.turns },
  });
  let setupCode: string | undefined;
  let url: string;
  try {
    await listen(server, config);
    // Only now: a start that fails tells nobody the token that it made.
    await hubToken?.keep();
    url = `${scheme}://${hostOf(server, config)}`;
    if (!options.store) await keepAccessFiles(config.data, url, access, log);
    const needsCode = config.setup || (!access.book.hasPeople && !config.open);
    setupCode = needsCode ? access.makeSetupCode() : undefined;
    // Unheard it would end the process: one that could not be accepted, for want of open files, comes again.
    server.on("error", (error) => log.warn("a connection could not be accepted", { error: error.message }));
  } catch (error) {
    server.close();
    loopDelay.stop();
    logAlarm.stop();
    spaceAlarm.stop();
    budgetWatch.stop();
    retention.stop();
    renewal?.stop();
    void access.stop();
    await hub.stop();
    throw error;
  }
  let stopping: Promise<void> | undefined;
  return {
    url,
    certificateNames: renewal?.pair.names ?? [],
    newToken: hubToken?.token,
    setupCode,
    companionToken: access.companionToken,
    budgetBytes,
    stop(withinMs = stopMs) {
      stopping ??= (async () => {
        const startMs = clock.monotonic();
        logAlarm.stop();
        spaceAlarm.stop();
        budgetWatch.stop();
        retention.stop();
        renewal?.stop();
        // What it writes is before the end of the store, which waits for it no longer than for all else.
        void access.stop();
        if (!options.store) await removeToolToken(config.data);
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        try {
          await hub.stop(withinMs);
        } finally {
          server.closeIdleConnections();
          const leftMs = withinMs - (clock.monotonic() - startMs);
          // All of them were told to close before the store was closed, which may have taken a while.
          await sockets.stop(Math.min(stopPatienceMs, Math.max(leastPatienceMs, leftMs)));
          server.closeAllConnections();
          await closed;
          loopDelay.stop();
        }
      })();
      return stopping;
    },
    reload: () => renewal?.reload(),
    fail: (error) => hub.fail(error),
  };
}

/** For viewers that were cut by the restart. Without them they begin anew, and nothing else is missing. */
async function recentCommits(store: TelemetryStore, { viewing }: Config, { clock, log }: Ports) {
  try {
    return await store.recent(viewing.resumeBytes, clock.now() - viewing.resumeMs);
  } catch (error) {
    log.warn("the newest commits could not be read back; every viewer begins anew", { error: String(error) });
    return undefined;
  }
}

function sqliteStore(config: Config, built: AppOptions, events: StoreEvents): TelemetryStore {
  const { data: folder, keep, minFreeBytes, journalBudgetBytes, headBudgetBytes, onCorrupt } = config;
  const { storeWorkerUrl: workerUrl, storeVerifierUrl: verifierUrl } = built;
  const budget = config.budget ?? ("said" as const);
  const budgets = { budget, minFreeBytes, journalBudgetBytes, headBudgetBytes };
  const settings = { folder, keep, workerUrl, verifierUrl, onCorrupt, ...budgets };
  return createSqliteStore({ ...events, ...settings });
}

/** After the store, whose lock keeps another hub from the folder. */
async function openAccess(config: Config, store: TelemetryStore, { clock, log }: Ports, keepsFiles: boolean) {
  let access: Access | undefined;
  try {
    const book = await AccessBook.open(store.access);
    const reach = config.open ? "everybody" : needsSignIn(config) ? "network" : "machine";
    const lostPeople = keepsFiles && !book.hasPeople && hadAccounts(config.data);
    const { requests, enrolments } = config;
    access = new Access({ book, reach, requests, enrolments, lostPeople, clock, log });
    const options = { folder: config.data, renew: config.newToken, clock };
    return { access, hubToken: reach === "network" ? await openHubToken(book, options) : undefined };
  } catch (error) {
    void access?.stop();
    await store.close();
    throw error;
  }
}

/** Without them the hub does all that it does, but for its own tools, and but for closing the door after its database is lost. */
async function keepAccessFiles(folder: string, url: string, access: Access, log: Ports["log"]): Promise<void> {
  const failed = (error: unknown) =>
    log.warn("what the hub's own tools are known by could not be written: npm run backup will not reach this hub", {
      error: String(error),
    });
  await writeToolToken(folder, { token: access.toolToken, url }).catch(failed);
  let noted = hadAccounts(folder);
  access.book.onPeople = () => {
    if (noted) return;
    noted = true;
    noteAccounts(folder).catch(failed);
  };
  if (access.book.hasPeople) access.book.onPeople();
}

function parquetStarter(built: URL | undefined): StartParquet {
  if (built) return (workerData) => new Worker(built, { workerData });
  // Node 20 runs no sources in a thread: the bootstrap of the store's does.
  const entry = new URL("./formats/parquet-worker.ts", import.meta.url).href;
  const bootstrap = new URL("./store/sqlite/bootstrap.mjs", import.meta.url);
  return (data) => new Worker(bootstrap, { workerData: { ...data, entry }, execArgv: [] });
}

function pagesOf(folder: string | undefined) {
  return folder === undefined || !existsSync(folder) ? undefined : pageFiles(folder);
}

function listen(server: Server, { host, port, lan }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // Without a host Node takes all addresses of IPv6 and IPv4, or those of IPv4 alone where the machine has no others.
    server.listen({ port, ...(lan && host === "::" ? {} : { host }) }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Address and port by which this machine reaches it. */
function hostOf(server: Server, { lan, host: given }: Config): string {
  const { port } = server.address() as AddressInfo;
  const host = lan ? "127.0.0.1" : given;
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
