import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { HubClient } from "../client/hub-client.ts";
import type { DeviceView } from "../client/hub-view.ts";
import { DeviceFeed, spanOf } from "../data/device-feed.ts";
import { openingRange, type RangeKey } from "../data/ranges.ts";

/** Owns the feed of the device that a page shows: opened with it, closed when the page shows another or goes. */
export class FeedController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #device: DeviceView | undefined;
  #feed: DeviceFeed | undefined;
  #wasReady = false;
  #end: (() => void) | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** The feed of `device`. Without `range` it opens with the one that suits the data, and keeps it. */
  follow(client: HubClient, device: DeviceView, range: RangeKey | undefined): DeviceFeed {
    if (this.#feed && this.#device === device) {
      if (range) this.#feed.range = range;
      return this.#feed;
    }
    this.hostDisconnected();
    const feed = new DeviceFeed(client, device, range ?? openingRange(spanOf(device), client.now()));
    this.#device = device;
    this.#feed = feed;
    this.#wasReady = false;
    // The cards draw each change by themselves; the page around them only needs to know when the past is complete.
    this.#end = feed.listen(() => {
      if (feed.ready === this.#wasReady) return;
      this.#wasReady = feed.ready;
      this.#host.requestUpdate();
    });
    feed.open();
    return feed;
  }

  hostDisconnected(): void {
    this.#end?.();
    this.#feed?.close();
    this.#feed = undefined;
    this.#device = undefined;
  }
}
