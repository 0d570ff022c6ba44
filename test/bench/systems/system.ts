/** What the benchmark asks of a system that takes readings. */
export interface System {
  readonly name: string;
  /** Acknowledges each frame, or those up to one; else it answers nothing but pings. */
  readonly acks: boolean;
  /** Starts it in a process of its own, with its data in an empty folder; undefined where it keeps none. */
  start(folder: string): Promise<Running>;
}

export interface Running {
  readonly pid: number;
  readonly port: number;
  /** Asks the system, or its table, how many readings it holds. */
  stored(): Promise<number>;
  /** Ends it in good order. */
  stop(): Promise<void>;
}
