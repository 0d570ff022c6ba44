/** The obvious hub. `node table-server.ts FOLDER FULL|NORMAL` */
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { type WebSocket, WebSocketServer } from "ws";
import { z } from "zod";
import { updateOf } from "./update.ts";

const [folder = "", synchronous = "FULL"] = process.argv.slice(2);
const db = new Database(join(folder, "readings.db"));
db.pragma("journal_mode = WAL");
db.exec("CREATE TABLE readings (device TEXT NOT NULL, metric TEXT NOT NULL, time INTEGER NOT NULL, value REAL)");
db.exec("CREATE INDEX readings_by_series ON readings (device, metric, time)");
db.pragma(`synchronous = ${synchronous}`);
const level = db.pragma("synchronous", { simple: true });
if (level !== (synchronous === "FULL" ? 2 : 1)) throw new Error(`synchronous is ${level}`);

const name = z.string().min(1).max(128);
const seq = z.number().int().positive();
const message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), device: name }),
  z.object({ type: z.literal("subscribe"), id: seq }),
  z.object({
    type: z.literal("readings"),
    seq,
    readings: z.array(z.object({ metric: name, value: z.number(), time: z.number().int() })).max(5_000),
  }),
  z.object({
    type: z.literal("samples"),
    seq,
    times: z.array(z.number().int()),
    values: z.record(name, z.array(z.number())),
  }),
]);
type Frame = Exclude<z.infer<typeof message>, { type: "hello" | "subscribe" }>;

const insert = db.prepare("INSERT INTO readings (device, metric, time, value) VALUES (?, ?, ?, ?)");
const store = db.transaction((device: string, frame: Frame) => {
  if (frame.type === "readings") {
    for (const { metric, value, time } of frame.readings) insert.run(device, metric, time, value);
    return;
  }
  for (const [metric, column] of Object.entries(frame.values)) {
    for (const [index, value] of column.entries()) insert.run(device, metric, frame.times[index], value);
  }
});

/** Shown what was stored, each its own text: nobody thinks of encoding once at first. */
const viewers = new Set<WebSocket>();

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket) => {
  let device = "";
  socket.on("message", (data) => {
    const parsed = message.safeParse(JSON.parse(String(data)));
    if (!parsed.success) {
      socket.send(JSON.stringify({ type: "error", message: parsed.error.message }));
    } else if (parsed.data.type === "hello") {
      device = parsed.data.device;
      socket.send(JSON.stringify({ type: "welcome", device }));
    } else if (parsed.data.type === "subscribe") {
      viewers.add(socket);
      socket.on("close", () => viewers.delete(socket));
      socket.send(JSON.stringify({ type: "ready", id: parsed.data.id }));
    } else {
      store(device, parsed.data);
      socket.send(JSON.stringify({ type: "ack", seq: parsed.data.seq }));
      if (parsed.data.type === "readings" || viewers.size === 0) return;
      const update = updateOf(parsed.data.times, parsed.data.values);
      for (const viewer of viewers) viewer.send(JSON.stringify(update));
    }
  });
});
server.on("listening", () => process.send?.((server.address() as AddressInfo).port));
process.on("message", (order) => {
  if (order === "count") {
    process.send?.(db.prepare("SELECT count(*) FROM readings").pluck().get());
    return;
  }
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
  process.exit(0);
});
// Whoever started it is gone.
process.on("disconnect", () => process.exit(1));
