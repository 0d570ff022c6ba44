/**
 * A hub that does what a test tells it, over real sockets: for what the real one cannot be made to do at will, such as to
 * lose an ack. It speaks the contract (its answers are checked against the schemas) and stores nothing.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import {
  type DeviceHello,
  defaultLimits,
  deviceMessage,
  type HubToDevice,
  hubToDevice,
  type Limits,
  type Readings,
} from "../../server/protocol/index.ts";
import { Queue } from "./queue.ts";

/** What a welcome says; the rest is usual. */
interface Welcome {
  readonly lastSeq?: number;
  readonly epoch?: string;
  readonly heartbeat?: number;
  readonly limits?: Partial<Limits>;
}

export class OddConnection {
  readonly #socket: WebSocket;
  readonly #frames = new Queue<unknown>();
  readonly closed: Promise<unknown>;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = once(socket, "close");
    socket.on("message", (data) => this.#frames.put(JSON.parse(String(data))));
  }

  /** How many messages there are that were sent by now and not taken yet. */
  async untaken(): Promise<number> {
    // The answer to a ping comes behind everything that was sent before it.
    const answered = once(this.#socket, "pong");
    this.#socket.ping();
    await answered;
    return this.#frames.length;
  }

  /** The next message, which must be one of the contract. */
  async next<Type extends "hello" | "readings" | "samples" | "describe" | "ping">(type: Type) {
    const message = deviceMessage.parse(await this.#frames.take());
    if (message.type !== type) throw new Error(`expected ${type}, got ${JSON.stringify(message)}`);
    return message as Extract<typeof message, { type: Type }>;
  }

  /** The next frame in short: its number and its values. */
  async frame(): Promise<{ seq: number | undefined; values: unknown[] }> {
    const { seq, readings }: Readings = await this.next("readings");
    return { seq, values: readings.map((row) => (row as { value: unknown }).value) };
  }

  say(message: HubToDevice): void {
    this.#socket.send(JSON.stringify(hubToDevice.parse(message)));
  }

  /** Says what need not be of the contract. */
  sayText(text: string): void {
    this.#socket.send(text);
  }

  /** Takes the `hello` and lets the device in. */
  async welcome(with_: Welcome = {}): Promise<DeviceHello> {
    const hello = await this.next("hello");
    this.letIn(hello, with_);
    return hello;
  }

  letIn(hello: DeviceHello, with_: Welcome = {}): void {
    this.say({
      type: "welcome",
      device: hello.device,
      protocol: 1,
      lastSeq: with_.lastSeq ?? 0,
      hubTime: Date.UTC(2026, 10, 24),
      epoch: with_.epoch ?? "first",
      heartbeat: with_.heartbeat ?? 25_000,
      durability: "fsync",
      limits: { ...defaultLimits, ...with_.limits },
    });
  }

  refuse(seq: number, code: "storage_full" | "resend_from" | "too_many_readings"): void {
    this.say({ type: "error", seq, code, message: "told to refuse", retryable: code !== "too_many_readings" });
  }

  close(code: number, reason = ""): void {
    this.#socket.close(code, reason);
  }

  /** Cuts without a word, as a cable does. */
  cut(): void {
    this.#socket.terminate();
  }
}

export class OddHub {
  readonly #server: WebSocketServer;
  readonly #connections = new Queue<OddConnection>();

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on("connection", (socket) => this.#connections.put(new OddConnection(socket)));
  }

  static async start(): Promise<OddHub> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    return new OddHub(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ws`;
  }

  connection(): Promise<OddConnection> {
    return this.#connections.take();
  }

  /** Cuts every connection without a word. */
  cutAll(): void {
    for (const socket of this.#server.clients) socket.terminate();
  }

  stop(): void {
    this.cutAll();
    this.#server.close();
  }
}
