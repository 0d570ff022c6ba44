/** A cable between a link and a hub that can be cut at any byte; it leads to wherever the hub is at the time. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class Cable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  cuts = 0;
  /** While true, nothing that the hub says arrives, as behind a proxy that buffers it. */
  muted = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * `hubUrl` is asked at each connection, and so is `lifeBytes`: how many bytes, in both directions together, the
   * connection may see before it is cut (Infinity: it lives).
   */
  static async lay(hubUrl: () => string, lifeBytes: () => number = () => Number.POSITIVE_INFINITY): Promise<Cable> {
    const cable = new Cable(createServer((near) => cable.#join(near, hubUrl(), lifeBytes())));
    cable.#server.listen(0, "127.0.0.1");
    await once(cable.#server, "listening");
    return cable;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ws`;
  }

  pull(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #join(near: Socket, hubUrl: string, lifeBytes: number): void {
    const { hostname, port } = new URL(hubUrl);
    const far = connect(Number(port), hostname);
    let left = lifeBytes;
    const cut = () => {
      near.destroy();
      far.destroy();
    };
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on("data", (bytes) => {
        if (left <= 0 || (this.muted && from === far)) return;
        to.write(bytes.subarray(0, left));
        left -= bytes.length;
        if (left > 0) return;
        this.cuts++;
        // What was let through arrives; the rest does not.
        to.end(cut);
      });
      from.on("error", cut);
      from.on("close", () => {
        this.#sockets.delete(from);
        to.end();
      });
    }
  }
}
