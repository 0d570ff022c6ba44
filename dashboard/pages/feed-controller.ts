import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { HubClient } from "../client/hub-client.ts";
import type { DeviceView } from "../client/hub-view.ts";
import { spanOf } from "../data/data-span.ts";
import { DeviceFeed } from "../data/device-feed.ts";
import { openingRange, type Range } from "../data/ranges.ts";

/** Owns the feed of the device that a page shows: opened with it, closed when the page shows another or goes. */
export class FeedController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #device: DeviceView | undefined;
  #feed: DeviceFeed | undefined;
  /** What the device opened with, and returns to where the address names no range. */
  #opening: Range = "1h";
  #shown = "";
  #end: (() => void) | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** The feed of `device`. Without `range` it opens with the one that suits the data, and keeps it. */
  follow(client: HubClient, device: DeviceView, range: Range | undefined): DeviceFeed {
    if (this.#feed && this.#device === device) {
      this.#feed.range = range ?? this.#opening;
      return this.#feed;
    }
    this.leave();
    this.#opening = openingRange(spanOf(device), client.now());
    const feed = new DeviceFeed(client, device, range ?? this.#opening);
    this.#device = device;
    this.#feed = feed;
    this.#shown = "";
    // The cards draw each change by themselves; the page around them only needs to know when the past is complete.
    this.#end = feed.listen(() => {
      const shown = `${feed.ready} ${feed.problem} ${feed.merged > 0}`;
      if (shown === this.#shown) return;
      this.#shown = shown;
      this.#host.requestUpdate();
    });
    feed.open();
    return feed;
  }

  /** There is nothing to follow: the device was removed, or lost its last reading. */
  leave(): undefined {
    this.#end?.();
    this.#feed?.close();
    this.#feed = undefined;
    this.#device = undefined;
  }

  hostDisconnected(): void {
    this.leave();
  }
}
