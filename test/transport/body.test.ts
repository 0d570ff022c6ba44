/** The rest of a body that was refused: let go by for a while, and then nothing of it is left behind. */
import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { discardBody } from "../../server/transport/http/body.ts";
import { FakeClock } from "../support/fake-clock.ts";

const patienceMs = 2_000;
/** As far as `discardBody` looks at it. */
const requestOf = () => Object.assign(new PassThrough(), { complete: false }) as PassThrough & { complete: boolean };
const listeners = (request: PassThrough) => ["end", "close"].map((name) => request.listenerCount(name));

it("ends with the body, and takes its timer and its listeners with it", async () => {
  const clock = new FakeClock();
  const request = requestOf();
  const before = listeners(request);
  const discarded = discardBody(request as unknown as IncomingMessage, clock, patienceMs);
  expect(clock.pending).toBe(1);
  request.end("what nobody wants to know");
  await discarded;
  expect([clock.pending, listeners(request)]).toEqual([0, before]);
});

it("ends by the hub's clock where the body does not, and takes its listeners with it", async () => {
  const clock = new FakeClock();
  const request = requestOf();
  const before = listeners(request);
  let over = false;
  const discarded = discardBody(request as unknown as IncomingMessage, clock, patienceMs).then(() => {
    over = true;
  });
  clock.advance(patienceMs - 1);
  await Promise.resolve();
  expect(over).toBe(false);
  clock.advance(1);
  await discarded;
  expect(listeners(request)).toEqual(before);
});

it("waits for nothing where the body is over or its connection gone", async () => {
  const clock = new FakeClock();
  const whole = Object.assign(requestOf(), { complete: true });
  const gone = requestOf().destroy();
  for (const request of [whole, gone]) await discardBody(request as unknown as IncomingMessage, clock, patienceMs);
  expect(clock.pending).toBe(0);
});
