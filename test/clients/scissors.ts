/**
 * A cable to a hub that is cut when the hub says a certain word (what it has stored is stored, and the device never hears of
 * it), or in the midst of what the device says.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A word of the hub that no longer reaches the device, or how many bytes of the device still reach the hub. */
export type Cut = string | number;

export class Scissors {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Where it was cut, in order. */
  readonly cuts: Cut[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `cuts`: where the first connection is cut, the second, …; those after them live. `hubUrl` is asked at each connection. */
  static async lay(hubUrl: () => string, cuts: readonly Cut[]): Promise<Scissors> {
    const left = [...cuts];
    const scissors: Scissors = new Scissors(createServer((near) => scissors.#join(near, hubUrl(), left.shift())));
    scissors.#server.listen(0, "127.0.0.1");
    await once(scissors.#server, "listening");
    return scissors;
  }

  /** The address that a device takes for the hub's. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #join(near: Socket, hubUrl: string, where: Cut | undefined): void {
    const { hostname, port } = new URL(hubUrl);
    const far = connect(Number(port), hostname);
    const cut = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on("error", cut);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        near.destroy();
        far.end();
      });
    }
    let left = typeof where === "number" ? where : Number.POSITIVE_INFINITY;
    near.on("data", (bytes) => {
      if (left <= 0) return;
      far.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left > 0 || where === undefined) return;
      this.cuts.push(where);
      near.destroy();
      // What was let through arrives; the rest does not.
      far.end();
    });
    // What a hub sends is not masked, so that its words can be read; each frame leaves it in one piece.
    far.on("data", (bytes) => {
      if (left <= 0) return;
      if (typeof where !== "string" || !bytes.includes(where)) {
        near.write(bytes);
        return;
      }
      left = 0;
      this.cuts.push(where);
      cut();
    });
  }
}
