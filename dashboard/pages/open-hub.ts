/** Makes what the page has of its hub: one connection, and all that is asked and known by it. */
import { Access } from "../client/access.ts";
import type { Hub } from "../client/hub.ts";
import { HubApi } from "../client/hub-api.ts";
import { HubClient } from "../client/hub-client.ts";
import { HubHealth } from "../client/hub-health.ts";
import { HubView } from "../client/hub-view.ts";
import { forget, recentKey } from "../client/kept.ts";
import { progress } from "../client/progress.ts";
import { RequestCount } from "../client/request-count.ts";
import { rights } from "../client/rights.ts";
import type { SetupCode } from "../client/setup-code.ts";
import type { TabToken } from "../client/tab-token.ts";
import { browserTimers } from "../client/timers.ts";
import { socketAddress } from "../data/hub-address.ts";

export function openHub(token: TabToken, setupCode: SetupCode): Hub {
  const client = new HubClient({
    open: () => new WebSocket(socketAddress(location)),
    timers: browserTimers,
    random: Math.random,
    token: () => token.value,
    notSignedIn: (refused) => {
      if (refused !== undefined) access.refuseToken(refused);
      void access.ask();
    },
    began: progress.begin,
  });
  const api = new HubApi({
    fetch: (...request) => fetch(...request),
    token: () => token.value,
    notSignedIn: () => void access.ask(),
    began: progress.begin,
  });
  const access: Access = new Access({
    api,
    token,
    rights,
    client,
    timers: browserTimers,
    random: Math.random,
    // Begins anew in an empty tab: what the other saw is nowhere in it.
    left: () => forget(recentKey),
    another: () => void setTimeout(() => location.reload()),
  });
  const visible = () => document.visibilityState === "visible";
  const health = new HubHealth({ client, api, timers: browserTimers, visible, may: rights.may });
  const requests = new RequestCount();
  // Behind the first load: nobody needs the number that soon.
  browserTimers.after(2_000, () => {
    const options = { access, client, api, timers: browserTimers, visible, tell: requests.tell };
    // Where it does not come the number is missing, and the page of requests tells it all the same.
    import("../client/request-poll.ts").then(
      ({ RequestPoll }) => requests.follow(new RequestPoll(options)),
      () => {},
    );
  });
  return { client, view: new HubView(client), api, health, access, requests, token, setupCode };
}
