/** The one hub that this page shows, as pages and elements are given it. */
import type { Access } from "./access.ts";
import type { HubApi } from "./hub-api.ts";
import type { HubClient } from "./hub-client.ts";
import type { HubHealth } from "./hub-health.ts";
import type { HubView } from "./hub-view.ts";
import type { RequestCount } from "./request-count.ts";
import type { SetupCode } from "./setup-code.ts";
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
  /** Who sits at this page, and what they may do. */
  readonly access: Access;
  /** Devices that ask to be let in. */
  readonly requests: RequestCount;
  /** The token of this tab. */
  readonly token: TabToken;
  /** The hub's set-up code, where this page was opened by it. */
  readonly setupCode: SetupCode;
}
