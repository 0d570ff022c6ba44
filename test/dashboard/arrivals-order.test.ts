import { describe, expect, it } from "vitest";
import { ArrivalsOrder } from "../../dashboard/data/arrivals-order.ts";

const sender = (device: string | undefined, last = 0) => ({
  ...({ way: "socket", address: "local", connected: true, last, readings: 1, refused: 0 } as const),
  ...(device === undefined ? {} : { device }),
});
const names = (senders: readonly { device?: string | undefined }[]) => senders.map(({ device }) => device);

describe("the order of senders", () => {
  it("is by name at first, and moves nobody because somebody sent again", () => {
    const order = new ArrivalsOrder();
    expect(names(order.of([sender("b"), sender("a-10"), sender("a-2")]))).toEqual(["a-2", "a-10", "b"]);
    expect(names(order.of([sender("a-10", 9), sender("b", 8), sender("a-2", 7)]))).toEqual(["a-2", "a-10", "b"]);
  });

  it("has newcomers on top, and whoever was gone and comes again is one", () => {
    const order = new ArrivalsOrder();
    order.of([sender("a"), sender("b")]);
    expect(names(order.of([sender("a"), sender("b"), sender("new"), sender(undefined)]))).toEqual([
      undefined,
      "new",
      "a",
      "b",
    ]);
    expect(names(order.of([sender("b"), sender("new")]))).toEqual(["new", "b"]);
    expect(names(order.of([sender("b"), sender("new"), sender("a")]))).toEqual(["a", "new", "b"]);
  });
});
