/** The pages: where the code of each is, and how it is put on the screen. A new page is one file and one row. */
import { html, type TemplateResult } from "lit";
import type { Hub } from "../client/hub.ts";
import type { PageName, Route } from "../data/route.ts";
import { icons } from "../elements/icons.ts";
import type { OfferedPage } from "../elements/page-nav.ts";
import { withTexts } from "../texts/index.ts";

export interface PageSource<Name extends PageName = PageName> {
  /** Brings its code and its texts, when the page is first opened. */
  load(): Promise<unknown>;
  render(hub: Hub, route: Route & { readonly page: Name }): TemplateResult;
}

export const pages: { readonly [Name in PageName]: PageSource<Name> } = {
  fleet: {
    load: () => withTexts("fleet", import("./fleet-page.ts")),
    render: (hub, route) => html`<fleet-page .hub=${hub} .route=${route}></fleet-page>`,
  },
  device: {
    load: () => withTexts("device", import("./device-page.ts")),
    render: (hub, route) => html`<device-page .hub=${hub} .route=${route}></device-page>`,
  },
  market: {
    load: () => withTexts("market", import("./market-page.ts")),
    render: (hub, route) => html`<market-page .hub=${hub} .route=${route}></market-page>`,
  },
  explore: {
    load: () => withTexts("explore", import("./explore-page.ts")),
    render: (hub, route) => html`<explore-page .hub=${hub} .route=${route}></explore-page>`,
  },
  connect: {
    load: () => withTexts("connect", import("./connect-page.ts")),
    render: (hub, route) => html`<connect-page .hub=${hub} .route=${route}></connect-page>`,
  },
  hub: {
    load: () => withTexts("hub", import("./hub-page.ts")),
    render: (hub) => html`<hub-page .hub=${hub}></hub-page>`,
  },
  storage: {
    load: () => withTexts("storage", import("./storage-page.ts")),
    render: (hub, route) => html`<storage-page .hub=${hub} .route=${route}></storage-page>`,
  },
};

/** Those that the navigation offers, in its order. */
export const offered: readonly OfferedPage[] = [
  { page: "fleet", icon: icons.devices },
  { page: "market", icon: icons.market },
  { page: "explore", icon: icons.explore },
  { page: "connect", icon: icons.plus },
  { page: "hub", icon: icons.hub },
  { page: "storage", icon: icons.storage },
];
