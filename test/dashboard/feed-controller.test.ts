import type { ReactiveControllerHost } from "lit";
import { expect, it } from "vitest";
import { HubClient } from "../../dashboard/client/hub-client.ts";
import type { DeviceView } from "../../dashboard/client/hub-view.ts";
import { FeedController } from "../../dashboard/pages/feed-controller.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeSocket } from "./fake-socket.ts";

it("the feed of the device that a page shows is closed when that device is removed", () => {
  const socket = new FakeSocket();
  const client = new HubClient({ open: () => socket, timers: new FakeClock(), random: () => 0 });
  client.start();
  socket.accept();
  const host = { addController: () => {}, requestUpdate: () => {} } as unknown as ReactiveControllerHost;
  const feeds = new FeedController(host);
  const device = { entry: { device: "a" }, series: new Map() } as unknown as DeviceView;
  feeds.follow(client, device, "5m");
  feeds.leave();
  expect(socket.of("unsubscribe").map(({ id }) => id)).toEqual(socket.of("subscribe").map(({ id }) => id));
  const back = { ...device, series: new Map() };
  expect(feeds.follow(client, back, "5m").device).toBe(back);
  expect(socket.of("subscribe")).toHaveLength(2);
});
