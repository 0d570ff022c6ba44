/** A link under test: its clock is turned by hand, its states can be awaited. */
import { afterEach, beforeEach } from "vitest";
import { WebSocket } from "ws";
import { Link, type LinkOptions, type LinkState } from "../../simulator/link.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { linkPorts } from "../support/link-ports.ts";
import { OddHub } from "./odd-hub.ts";

type TestOptions = Partial<LinkOptions> & { random?: () => number };

export class TestLink {
  readonly clock = new FakeClock();
  readonly states: LinkState[] = [];
  readonly link: Link;
  #waiting: (() => void)[] = [];

  /** `random`: what the back-off draws; 1 takes the whole span. */
  constructor(url: string, options: TestOptions = {}) {
    const { random, ...rest } = options;
    this.link = new Link(url, {
      device: "oven-1",
      WebSocket,
      ports: linkPorts(this.clock, random),
      ...rest,
      onState: (state) => {
        this.states.push(state);
        for (const wake of this.#waiting.splice(0)) wake();
        options.onState?.(state);
      },
    });
  }

  /** Resolves when the link is, or next gets, into this state. */
  async reaches<Name extends LinkState["state"]>(name: Name): Promise<Extract<LinkState, { state: Name }>> {
    while (this.link.state.state !== name) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.link.state as Extract<LinkState, { state: Name }>;
  }

  /** Lets the batch delay pass after each of `values`, so that each leaves in a frame of its own. */
  sendApart(...values: number[]): void {
    for (const value of values) {
      this.link.send("temperature", value);
      this.clock.advance(100);
    }
  }

  /** Waits for the cut and lets the back-off pass. */
  async comesBack(): Promise<number> {
    const { retryInMs } = await this.reaches("waiting");
    this.clock.advance(retryInMs);
    return retryInMs;
  }
}

/** A hub that does as it is told for each test of a file, and links to it that end with the test. */
export function underTest() {
  let current: OddHub;
  let tests: TestLink[];
  beforeEach(async () => {
    current = await OddHub.start();
    tests = [];
  });
  afterEach(() => {
    for (const { link } of tests) link.close();
    current.stop();
  });
  const start = (options: TestOptions = {}): TestLink => {
    const test = new TestLink(current.url, options);
    tests.push(test);
    return test;
  };
  /** A link that was let in, and its connection. */
  const open = async (options: TestOptions = {}) => {
    const test = start(options);
    const connection = await current.connection();
    const hello = await connection.welcome();
    await test.reaches("open");
    return { test, link: test.link, clock: test.clock, connection, hello };
  };
  return { hub: () => current, start, open };
}
