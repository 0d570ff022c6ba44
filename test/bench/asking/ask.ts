/** One question over HTTP, as a program would ask it: keep-alive, nothing compressed. */
import { Agent, get } from "node:http";

export interface Told {
  readonly body: string;
  /** From asking to the last byte of the answer. */
  readonly ms: number;
  readonly bytes: number;
}

/** What is known of an answer that nobody kept. */
export type Drained = Omit<Told, "body"> & { readonly lines: number };

const lineFeed = 10;

export class Asker {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  /** Throws where the status is not 200. */
  ask(path: string): Promise<Told> {
    return new Promise((resolve, reject) => {
      const began = performance.now();
      const asked = get({ agent: this.#agent, host: "127.0.0.1", port: this.#port, path }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on("data", (piece: Buffer) => pieces.push(piece));
        answer.on("end", () => {
          const ms = performance.now() - began;
          const bytes = Buffer.concat(pieces);
          const body = bytes.toString();
          if (answer.statusCode === 200) resolve({ body, ms, bytes: bytes.length });
          else reject(new Error(`GET ${path}: ${answer.statusCode} ${body.slice(0, 1_000)}`));
        });
      });
      asked.on("error", reject);
    });
  }

  /** As `ask`, for an answer of any length: nothing of it is kept. */
  drain(path: string): Promise<Drained> {
    return new Promise((resolve, reject) => {
      const began = performance.now();
      const asked = get({ agent: this.#agent, host: "127.0.0.1", port: this.#port, path }, (answer) => {
        let bytes = 0;
        let lines = 0;
        answer.on("data", (piece: Buffer) => {
          bytes += piece.length;
          for (let at = piece.indexOf(lineFeed); at >= 0; at = piece.indexOf(lineFeed, at + 1)) lines += 1;
        });
        answer.on("error", reject);
        answer.on("end", () => {
          if (answer.statusCode === 200) resolve({ bytes, lines, ms: performance.now() - began });
          else reject(new Error(`GET ${path}: ${answer.statusCode}`));
        });
      });
      asked.on("error", reject);
    });
  }

  end(): void {
    this.#agent.destroy();
  }
}
