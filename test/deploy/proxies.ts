/** The proxies of `server/deploy/`, each run with its own file there, of which ports, paths and times are replaced alone. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "vitest";
import { authority } from "../support/tls-hub.ts";

const deploy = join(import.meta.dirname, "../../server/deploy");
/** The name in the files, by which tests ask. */
export const proxyHost = "hub.example";

/** Debian has some of them where only the administrator's PATH leads. */
const env = { ...process.env, PATH: [process.env.PATH, "/usr/sbin", "/sbin", "/usr/local/sbin"].join(delimiter) };

/** What stands in a file, and what in its place. Each must be there, or a test would try another file than the one that people copy. */
type Replacement = readonly [from: string | RegExp, to: string];

export interface Changes {
  /** In place of the 75 s that a proxy waits for something to come, ms. */
  readonly quietMs?: number;
  /** As for a host of its own, by what the head of the file says. */
  readonly whole?: boolean;
}

interface Place {
  /** Of the test, for all that the proxy writes. */
  readonly folder: string;
  readonly httpsPort: number;
  readonly httpPort: number;
}

export interface ProxyKind {
  readonly name: string;
  /** A machine that has it runs this. */
  readonly version: readonly string[];
  /** It leaves the path in what it hands on, so that the hub has to know it. */
  readonly leavesPath: boolean;
  /** It cuts what is quiet for too long. */
  readonly cutsQuiet: boolean;
  /** Writes its files and tells its command. `hub`: host and port. */
  readonly prepare: (hub: string, place: Place, changes: Changes) => readonly string[];
}

function configOf(file: string, replacements: readonly Replacement[]): string {
  let text = readFileSync(join(deploy, file), "utf8");
  for (const [from, to] of replacements) {
    const before = text;
    text = text.replaceAll(from, to);
    if (text === before) throw new Error(`${file} does not have ${String(from)}`);
  }
  return text;
}

/** Lines that the head of each file tells to leave out for a host of its own. */
const withoutPathLines: Replacement = [/^.*# path$/gm, ""];

const nginx: ProxyKind = {
  name: "nginx",
  version: ["nginx", "-v"],
  leavesPath: true,
  cutsQuiet: true,
  prepare(hub, { folder, httpsPort, httpPort }, { quietMs, whole }) {
    const site = configOf("nginx.conf", [
      ["127.0.0.1:8080;", `${hub};`],
      [/^ *listen \[::\].*$/gm, ""],
      ["listen 80;", `listen 127.0.0.1:${httpPort};`],
      ["listen 443 ", `listen 127.0.0.1:${httpsPort} `],
      ["/etc/letsencrypt/live/hub.example/", `${folder}/`],
      ...(quietMs === undefined ? [] : [["75s", `${quietMs}ms`] as const]),
      ...(whole ? [withoutPathLines, ["/hub/", "/"] as const] : []),
    ]);
    writeFileSync(join(folder, "site.conf"), site);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    const main = [
      ...(process.getuid?.() === 0 ? ["user root;"] : []),
      ...["daemon off;", "master_process off;", `pid ${folder}/nginx.pid;`, "error_log stderr;"],
      ...["events { worker_connections 256; }", "http {", "access_log off;"],
      ...temporary.map((name) => `${name}_temp_path ${folder}/${name};`),
      ...[`include ${folder}/site.conf;`, "}"],
    ];
    writeFileSync(join(folder, "nginx.conf"), main.join("\n"));
    return ["nginx", "-e", "stderr", "-p", folder, "-c", join(folder, "nginx.conf")];
  },
};

const caddy: ProxyKind = {
  name: "caddy",
  version: ["caddy", "version"],
  leavesPath: false,
  cutsQuiet: false,
  prepare(hub, { folder, httpsPort, httpPort }, { whole }) {
    const site = configOf(
      "Caddyfile",
      [
        ["127.0.0.1:8080\n", `${hub}\n`],
        // It would ask for a certificate out there, and for the ports that only an administrator may take.
        [
          /^hub\.example \{$/gm,
          `hub.example:${httpsPort} {\n\tbind 127.0.0.1\n\ttls ${folder}/fullchain.pem ${folder}/privkey.pem`,
        ],
        ...(whole ? [withoutPathLines, ["handle_path /hub/* {", "handle {"] as const] : []),
      ].map(([from, to]) => [from, to] as Replacement),
    );
    const global = `{\n\tadmin off\n\thttp_port ${httpPort}\n\thttps_port ${httpsPort}\n\tstorage file_system ${folder}/storage\n\tskip_install_trust\n}\n`;
    writeFileSync(join(folder, "Caddyfile"), global + site);
    return ["caddy", "run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"];
  },
};

const haproxy: ProxyKind = {
  name: "haproxy",
  version: ["haproxy", "-v"],
  leavesPath: true,
  cutsQuiet: true,
  prepare(hub, { folder, httpsPort, httpPort }, { quietMs, whole }) {
    const both = ["fullchain.pem", "privkey.pem"].map((name) => readFileSync(join(folder, name), "utf8"));
    writeFileSync(join(folder, "both.pem"), both.join(""));
    const config = configOf("haproxy.cfg", [
      [/ 127\.0\.0\.1:8080$/gm, ` ${hub}`],
      // More than a user may have open here.
      ["maxconn 20000", "maxconn 200"],
      ["bind :::80 v4v6", `bind 127.0.0.1:${httpPort}`],
      ["bind :::443 v4v6", `bind 127.0.0.1:${httpsPort}`],
      ["/etc/haproxy/certs/hub.example.pem", `${folder}/both.pem`],
      ...(quietMs === undefined ? [] : [["75s", `${quietMs}ms`] as const]),
      ...(whole ? [withoutPathLines, [/use_backend (\S+) if .*/g, "default_backend $1"] as const] : []),
    ]);
    writeFileSync(join(folder, "haproxy.cfg"), config);
    return ["haproxy", "-f", join(folder, "haproxy.cfg")];
  },
};

export const proxyKinds: readonly ProxyKind[] = [nginx, caddy, haproxy];

/** Whether this machine lacks it, which is said aloud: a suite without its proxies must not look like one that tried them. */
export function missing({ name, version: [program = "", ...args] }: ProxyKind): boolean {
  const known = lacking.get(name);
  if (known !== undefined) return known;
  const { status, error } = spawnSync(program, args, { env });
  const lacks = status !== 0;
  lacking.set(name, lacks);
  const why = error?.message ?? `${[program, ...args].join(" ")} ended with ${status}`;
  if (lacks) console.warn(`${name} is not installed (${why}): what is tried behind it is left out.`);
  return lacks;
}

const lacking = new Map<string, boolean>();

/** What a proxy says of a port that somebody took in between. */
const portTaken = /address already in use|cannot bind|\bEADDRINUSE\b/i;
/** Ports are asked for so often at most. */
const mostTrials = 5;

export class ProxyProcess {
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly port: number;
  readonly httpPort: number;
  /** Resolves once it is no more. */
  readonly ended: Promise<void>;
  #said = "";
  #hasEnded = false;

  private constructor(folder: string, child: ChildProcess, { httpsPort, httpPort }: Place) {
    this.#folder = folder;
    this.#child = child;
    this.port = httpsPort;
    this.httpPort = httpPort;
    // Not at its exit: what it said of its reason may come after that.
    this.ended = new Promise<void>((resolve) => {
      child.once("close", () => {
        this.#hasEnded = true;
        resolve();
      });
    });
    // Of a program that cannot be started, which says so here alone.
    child.on("error", (error) => {
      this.#said += error.message;
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (text) => {
        this.#said += text;
      });
  }

  /**
   * Starts it before the hub at `hubUrl`, with a certificate of the test's authority. None of the proxies tells which port it took
   * where it may take any: so free ones are looked for, and others where somebody was faster.
   */
  static async start(kind: ProxyKind, hubUrl: string, changes: Changes = {}): Promise<ProxyProcess> {
    for (let trial = 1; ; trial++) {
      const proxy = await ProxyProcess.#spawn(kind, hubUrl, changes);
      if (await proxy.#hears()) return proxy;
      const said = proxy.#said;
      await proxy.stop();
      if (trial === mostTrials || !portTaken.test(said)) throw new Error(`${kind.name} ended:\n${said}`);
    }
  }

  static async #spawn(kind: ProxyKind, hubUrl: string, changes: Changes): Promise<ProxyProcess> {
    const folder = mkdtempSync(join(tmpdir(), `hub-${kind.name}-`));
    const { cert, key } = authority.issue({ names: [proxyHost] });
    writeFileSync(join(folder, "fullchain.pem"), cert);
    writeFileSync(join(folder, "privkey.pem"), key);
    const [httpsPort = 0, httpPort = 0] = await freePorts(2);
    const place = { folder, httpsPort, httpPort };
    const [program = "", ...args] = kind.prepare(new URL(hubUrl).host, place, changes);
    const homes = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    const child = spawn(program, args, { cwd: folder, env: { ...env, ...homes }, stdio: ["ignore", "pipe", "pipe"] });
    return new ProxyProcess(folder, child, place);
  }

  /** True once it listens; false where it ended before. */
  async #hears(): Promise<boolean> {
    // Of a port that another proxy took it is that one that listens.
    await expect.poll(async () => this.#hasEnded || (await listens(this.port)), { timeout: 30_000 }).toBe(true);
    return !this.#hasEnded;
  }

  /** Ends it; also one that ended by itself, which sends no event any more. */
  async stop(): Promise<void> {
    if (!this.#hasEnded) {
      this.#child.kill("SIGKILL");
      await this.ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
