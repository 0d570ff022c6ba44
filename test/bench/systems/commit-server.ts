/**
 * The least that stores: the bytes of each frame, as they came, in a blob a commit, with what came while the commit before ran.
 * SQLite in WAL with `synchronous=FULL` and its other defaults; the times of its commits are told on demand. `node commit-server.ts FOLDER`
 */
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { type WebSocket, WebSocketServer } from "ws";

const [folder = ""] = process.argv.slice(2);
const db = new Database(join(folder, "frames.db"));
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
if (db.pragma("synchronous", { simple: true }) !== 2) throw new Error("synchronous is not FULL");
db.exec("CREATE TABLE frames (bytes BLOB NOT NULL)");
const insert = db.prepare("INSERT INTO frames (bytes) VALUES (?)");

/** Frames that wait for the next commit, and who is told of it. */
let waiting: { readonly bytes: Buffer; readonly socket: WebSocket }[] = [];
let commitMs: number[] = [];

function commit(): void {
  const taken = waiting;
  waiting = [];
  const lines = Buffer.concat(taken.flatMap(({ bytes }) => [bytes, newline]));
  const beganMs = performance.now();
  // A statement outside of a transaction is one.
  insert.run(lines);
  commitMs.push(performance.now() - beganMs);
  for (const { bytes, socket } of taken) socket.send(`{"type":"ack","seq":${seqOf(bytes)}}`);
}

const newline = Buffer.from("\n");
const ofReadings = Buffer.from('{"type":"readings","seq":');

/** 0 where the frame holds no readings. Nothing else of it is looked at. */
function seqOf(bytes: Buffer): number {
  if (!bytes.subarray(0, ofReadings.length).equals(ofReadings)) return 0;
  return Number.parseInt(bytes.toString("latin1", ofReadings.length, ofReadings.length + 16), 10);
}

const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
server.on("connection", (socket) => {
  socket.on("message", (data) => {
    if (!(data instanceof Buffer)) return;
    if (seqOf(data) === 0) {
      socket.send('{"type":"welcome"}');
      return;
    }
    // All frames that one turn of the event loop reads share a commit, as in the hub.
    if (waiting.length === 0) setImmediate(commit);
    waiting.push({ bytes: data, socket });
  });
});

function stored(): number {
  const all = db.prepare<[], Buffer>("SELECT bytes FROM frames").pluck();
  let readings = 0;
  for (const lines of all.iterate()) {
    for (const line of lines.toString().trimEnd().split("\n"))
      readings += (JSON.parse(line) as { readings: unknown[] }).readings.length;
  }
  return readings;
}

server.on("listening", () => process.send?.((server.address() as AddressInfo).port));
process.on("message", (order) => {
  if (order === "count") process.send?.(stored());
  else if (order === "commits") {
    process.send?.(commitMs);
    commitMs = [];
  } else {
    db.close();
    process.exit(0);
  }
});
// Whoever started it is gone.
process.on("disconnect", () => process.exit(1));
