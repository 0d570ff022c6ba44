/** What the benchmark asks of a system that takes readings. */

/** How the load generator sends to a system; plain data, as it crosses to that process. */
export type Route =
  /** Frames of this hub's protocol. Without `acks` the server answers nothing but `hello`, pings and `subscribe`. */
  | { readonly over: "websocket"; readonly acks: boolean }
  /** A POST a frame, keep-alive; 204 or 200 is the acknowledgement. Times are ms since the epoch. */
  | { readonly over: "http"; readonly path: string; readonly body: "line protocol" };

export interface System {
  /** Names it in tables and records. */
  readonly name: string;
  readonly route: Route;
  /** A program that must be on PATH: what it is called, and in plain words where it can be had. */
  readonly needs?: { readonly program: string; readonly from: string };
  /** How long after it acknowledged a reading it may leave it out of answers; left out: not at all. */
  readonly visibleWithinMs?: number;
  /** Starts it in a process of its own, on loopback, with all its data in `folder`, which is empty. Resolves once it takes readings. */
  start(folder: string): Promise<Running>;
}

export interface Running {
  readonly pid: number;
  readonly port: number;
  /** Asks the system, or its table, how many readings it holds and shows. */
  stored(): Promise<number>;
  /** How long each commit took since it was asked last, ms; of systems that time them. */
  commitTimes?(): Promise<readonly number[]>;
  /** Ends it in good order, so that what lies in its folder is what it would start from; throws where it did not end well. */
  stop(): Promise<void>;
  /** Ends it at once, after a failure; does nothing where it has ended. */
  kill(): void;
}
