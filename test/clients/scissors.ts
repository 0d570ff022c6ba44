/** A cable to a hub that is cut when the hub says a certain word: what it has stored is stored, and the device never hears of it. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class Scissors {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** The words at which it was cut, in order. */
  readonly cuts: string[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `words`: where the first connection is cut, the second, …; those after them live. `hubUrl` is asked at each connection. */
  static async lay(hubUrl: () => string, words: readonly string[]): Promise<Scissors> {
    const left = [...words];
    const scissors: Scissors = new Scissors(createServer((near) => scissors.#join(near, hubUrl(), left.shift())));
    scissors.#server.listen(0, "127.0.0.1");
    await once(scissors.#server, "listening");
    return scissors;
  }

  /** The address that a device takes for the hub's. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts what is connected at present. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  end(): void {
    this.cut();
    this.#server.close();
  }

  #join(near: Socket, hubUrl: string, word: string | undefined): void {
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
        cut();
      });
    }
    near.on("data", (bytes) => far.write(bytes));
    // What a hub sends is not masked, so that its words can be read; each frame leaves it in one piece.
    far.on("data", (bytes) => {
      if (word === undefined || !bytes.includes(word)) {
        near.write(bytes);
        return;
      }
      this.cuts.push(word);
      cut();
    });
  }
}
