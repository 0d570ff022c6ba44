/**
 * `npm run dev`: one address for everything. The hub runs from its sources on a port of its own and starts anew when a file under
 * `server/` is saved; vite serves the page on the hub's usual address, reloads it on a save, and hands everything else on to the hub.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { createLogger, createServer, type ProxyOptions } from "vite";
import { isConfigError, parseConfig } from "../config.ts";

/** Paths of the hub itself; all others are the page's. */
const hubPaths = ["/ws", "/api", "/health", "/ready", "/metrics", "/openapi.json", "/protocol.json"];

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}

const flags = process.argv.slice(2);
const config = parseConfig(flags, process.env);
if (isConfigError(config)) {
  console.error(config.message);
  process.exit(config.exitCode);
}
const root = join(import.meta.dirname, "..", "..");
const port = await freePort();
const hubUrl = `http://127.0.0.1:${port}`;

// `--watch` alone would miss the worker's file, which nobody imports.
const hub = spawn(
  process.execPath,
  [
    ...[
      "--watch-path",
      join(root, "server"),
      "--watch-preserve-output",
      "--import",
      "tsx",
      join(root, "server/main.ts"),
    ],
    ...[...flags, "--host", "127.0.0.1", "--port", String(port)],
  ],
  { cwd: root, stdio: ["ignore", "pipe", "inherit"] },
);
// The address of the hub alone would only confuse: the page's address serves both.
hub.stdout.on("data", (bytes: Buffer) => {
  const lines = bytes.toString().split(/(?<=\n)/);
  for (const line of lines) if (!line.includes(`:${port}`)) process.stdout.write(line);
});

const proxy: Record<string, ProxyOptions> = {};
for (const path of hubPaths) proxy[path] = { target: hubUrl, ws: path === "/ws" };
const logger = createLogger("warn");
const { error } = logger;
// While the hub starts anew the page's questions find nobody: that is expected, and the page shows it.
logger.error = (message, options) => {
  if (!message.includes("proxy error")) error(message, options);
};
const vite = await createServer({
  root: join(root, "dashboard"),
  configFile: join(root, "vite.config.ts"),
  customLogger: logger,
  server: { host: config.host, port: config.port, strictPort: true, proxy },
});
await vite.listen();
console.log(`The hub and its page, in development: ${vite.resolvedUrls?.local[0] ?? vite.resolvedUrls?.network[0]}`);

// vite would end this process on SIGTERM before the hub has stopped.
process.removeAllListeners("SIGTERM");
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    hub.kill("SIGTERM");
    Promise.all([vite.close(), hub.exitCode ?? once(hub, "exit")]).finally(() => process.exit(0));
  });
}
