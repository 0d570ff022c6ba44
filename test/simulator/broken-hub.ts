/** A hub that is broken in one way: a real one, and before it a proxy that loses, doubles, acknowledges too early … */

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

/** One connection through the proxy, as a twist sees it. */
export interface Wires {
  toHub(text: string): void;
  toDevice(text: string): void;
  /** Closes the device's connection; without a code it is cut. */
  drop(code?: number): void;
}

/** What is done to a connection's messages; each function answers what goes on in place of the message, or undefined: nothing. */
export interface Twist {
  fromDevice?(text: string, wires: Wires): string | undefined;
  fromHub?(text: string, wires: Wires): string | undefined;
  /** The code that the device sees in place of the hub's; undefined: it is cut. */
  closed?(code: number): number | undefined;
}

export class BrokenHub {
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #pairs = new Set<WebSocket>();

  private constructor(http: Server, sockets: WebSocketServer) {
    this.#http = http;
    this.#sockets = sockets;
  }

  /** `twist` is made anew for each connection. */
  static async before(hubUrl: string, twist: () => Twist): Promise<BrokenHub> {
    const http = createServer((request, response) => void forward(request, response, hubUrl));
    const sockets = new WebSocketServer({ server: http, maxPayload: 100 * 1024 * 1024 });
    const broken = new BrokenHub(http, sockets);
    sockets.on("connection", (near) => broken.#join(near, hubUrl, twist()));
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    return broken;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}/ws`;
  }

  stop(): void {
    for (const socket of this.#pairs) socket.terminate();
    this.#sockets.close();
    this.#http.close();
    this.#http.closeAllConnections();
  }

  #join(near: WebSocket, hubUrl: string, twist: Twist): void {
    const far = new WebSocket(`${hubUrl.replace("http", "ws")}/ws`);
    const early: string[] = [];
    const toHub = (text: string) => (far.readyState === WebSocket.CONNECTING ? early.push(text) : far.send(text));
    const drop = (code?: number) => (code === undefined ? near.terminate() : near.close(code));
    const wires: Wires = { toHub, toDevice: (text) => near.send(text), drop };
    far.on("open", () => {
      for (const text of early) far.send(text);
    });
    near.on("message", (data) => {
      const text = twist.fromDevice ? twist.fromDevice(String(data), wires) : String(data);
      if (text !== undefined) toHub(text);
    });
    far.on("message", (data) => {
      const text = twist.fromHub ? twist.fromHub(String(data), wires) : String(data);
      if (text !== undefined) near.send(text);
    });
    far.on("close", (code) => drop(twist.closed ? twist.closed(code) : code === 1006 ? undefined : code));
    near.on("close", (code) => (code === 1000 ? far.close(1000) : far.terminate()));
    for (const socket of [near, far]) {
      socket.on("error", () => {});
      this.#pairs.add(socket);
      socket.on("close", () => this.#pairs.delete(socket));
    }
  }
}

async function forward(request: IncomingMessage, response: ServerResponse, hubUrl: string): Promise<void> {
  const answer = await fetch(hubUrl + request.url);
  response.writeHead(answer.status, { "Content-Type": answer.headers.get("Content-Type") ?? "text/plain" });
  response.end(await answer.text());
}
