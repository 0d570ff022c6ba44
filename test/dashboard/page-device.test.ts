import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PageDevice, playedName } from "../../dashboard/client/page-device.ts";
import { compileSelectors } from "../../server/protocol/index.ts";
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
    device = new PageDevice("ws://hub", () => undefined);
  });
  afterEach(() => {
    device.stop();
    vi.useRealTimers();
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

  it("says in the hub's words why it was refused, and stops; what is only so for now it tells and goes on", () => {
    device.start("greenhouse/this-browser");
    const [socket] = sockets;
    socket?.accept();
    expect(socket?.of("hello")).toMatchObject([{ device: "greenhouse/this-browser" }]);
    socket?.say({ type: "error", code: "store_unavailable", message: "The disk is full.", retryable: true });
    expect([device.running, device.refused]).toEqual([true, "The disk is full."]);
    socket?.say({ type: "ack", id: 2, stored: 1, rejected: [{ row: 0, code: "out_of_order", message: "Too old." }] });
    expect(device.refused).toBe("Too old.");
    socket?.say({ type: "ack", id: 3, stored: 2 });
    expect(device.refused).toBeUndefined();
    socket?.say({ type: "error", code: "not_allowed", message: "You may not send as it.", retryable: false });
    expect([device.running, device.ended?.message, socket?.closed]).toEqual([false, "You may not send as it.", true]);
    device.start();
    sockets[1]?.end(4409, "replaced by a newer connection");
    expect(device.ended?.message).toBe("replaced by a newer connection");
    device.start();
    device.stop();
    expect(device.ended).toBeUndefined();
  });

  it("is called so that whoever plays it may send as it, and never as a device that there is", () => {
    expect(playedName(null)).toBe("this-browser");
    expect(playedName(["oven-1", "greenhouse/*"])).toBe("greenhouse/this-browser");
    expect(playedName(["*/north/*"])).toBe("this-browser/north/");
    expect(playedName(["oven-1", "oven-2"])).toBeUndefined();
    for (const selector of ["*", "a/*", "*-b", "a*b*c*"])
      expect(compileSelectors([selector])(playedName([selector]) ?? "")).toBe(true);
  });

  it("sends no more once it ended", () => {
    vi.useFakeTimers();
    device.start();
    sockets[0]?.accept();
    vi.advanceTimersByTime(2_000);
    sockets[0]?.end(1006);
    vi.advanceTimersByTime(5_000);
    expect(sockets[0]?.of("readings")).toHaveLength(3);
  });
});
