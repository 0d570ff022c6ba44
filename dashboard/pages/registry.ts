/** The pages: where the code of each is, and how it is put on the screen. A new page is one file and one row. */
import { html, type TemplateResult } from "lit";
import type { Access } from "../client/access.ts";
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
  access: {
    load: () => withTexts("access", import("./access-page.ts")),
    render: (hub, route) => html`<access-page .hub=${hub} .route=${route}></access-page>`,
  },
  setup: {
    load: loadSignIn,
    render: (hub) => html`<setup-page .hub=${hub}></setup-page>`,
  },
};

/** Brings what is shown in the place of all pages to those whom the hub does not know, and how the first of them comes in. */
export function loadSignIn(): Promise<void> {
  return withTexts("sign-in", import("./sign-in-page.ts"));
}

/** Those that the navigation offers, in its order. */
const offered: readonly OfferedPage[] = [
  { page: "fleet", icon: icons.devices, needs: ["watch"] },
  { page: "market", icon: icons.market, needs: ["watch"] },
  { page: "explore", icon: icons.explore, needs: ["watch"] },
  { page: "connect", icon: icons.plus, needs: ["send", "admit"] },
  { page: "hub", icon: icons.hub, needs: ["status"] },
  { page: "storage", icon: icons.storage, needs: ["status"] },
  { page: "access", icon: icons.access, needs: ["admit", "people", "audit"] },
];

/** Those of whoever sits here. Before the hub said who that is all stand there, so that nothing moves for most. */
export function offeredTo({ session, may }: Pick<Access, "session" | "may">): readonly OfferedPage[] {
  return session ? offered.filter(({ needs }) => needs.some(may)) : offered;
}

/** Whether whoever sits here has any use for the page; true before the hub said who that is. */
export function isFor(page: PageName, { session, may }: Pick<Access, "session" | "may">): boolean {
  // Everybody who signed in has a password and sessions.
  if (page === "access" && session?.kind === "person") return true;
  const needs = offered.find((each) => each.page === page)?.needs;
  return session === undefined || needs === undefined || needs.some(may);
}
