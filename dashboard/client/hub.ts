/** The one hub that this page shows, as pages and elements are given it. */
import type { HubApi } from "./hub-api.ts";
import type { HubClient } from "./hub-client.ts";
import type { HubHealth } from "./hub-health.ts";
import type { HubView } from "./hub-view.ts";
import type { TabToken } from "./tab-token.ts";

export interface Hub {
  /** The socket, with subscriptions that survive cuts. */
  readonly client: HubClient;
  /** All devices and series with their newest values. */
  readonly view: HubView;
  /** HTTP. */
  readonly api: HubApi;
  /** How the hub says it is. */
  readonly health: HubHealth;
  /** The hub's token in this tab. */
  readonly token: TabToken;
}
