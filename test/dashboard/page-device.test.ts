import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PageDevice } from "../../dashboard/client/page-device.ts";
import { FakeSocket } from "./fake-socket.ts";

describe("the device that a page plays", () => {
  let sockets: FakeSocket[];
  let device: PageDevice;

  beforeEach(() => {
    sockets = [];
    vi.stubGlobal("document", { visibilityState: "visible" });
    vi.stubGlobal(
      "WebSocket",
      class extends FakeSocket {
        constructor() {
          super();
          sockets.push(this);
        }
      },
    );
    device = new PageDevice("ws://hub", "this-browser", () => undefined);
  });
  afterEach(() => {
    device.stop();
    vi.unstubAllGlobals();
  });

  it("tells whoever looks at it when it begins and ends, also those who came after it began", () => {
    const seen: string[] = [];
    const look = (who: string) => device.listen(() => seen.push(`${who} ${device.running}`));
    const leave = look("first");
    device.start();
    sockets[0]?.accept();
    leave();
    look("second");
    sockets[0]?.end(1012);
    device.start();
    device.stop();
    expect(seen).toEqual(["first true", "second false", "second true", "second false"]);
    expect(sockets.map(({ closed }) => closed)).toEqual([true, true]);
  });

  it("sends no more once it ended", () => {
    vi.useFakeTimers();
    device.start();
    sockets[0]?.accept();
    vi.advanceTimersByTime(2_000);
    sockets[0]?.end(1006);
    vi.advanceTimersByTime(5_000);
    vi.useRealTimers();
    expect(sockets[0]?.of("readings")).toHaveLength(3);
  });
});
