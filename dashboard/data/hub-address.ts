/** Where the hub is that served this page. */

/** The parts of the page's address (`location` has them) that tell where its hub is. */
export interface HubAddress {
  /** `http:` or `https:`. */
  readonly protocol: string;
  /** Host with port. */
  readonly host: string;
  /** Where the page lies: a proxy may serve the hub below a path of its own. */
  readonly pathname: string;
}

/** The hub's root, without its protocol: `localhost:8080/`. */
export function rootOf({ host, pathname }: HubAddress): string {
  return host + pathname.slice(0, pathname.lastIndexOf("/") + 1);
}

/** True where no other machine can reach the hub by this address. */
export function isOwnMachine({ host }: Pick<HubAddress, "host">): boolean {
  return /^(localhost|[^:]*\.localhost|127\.[\d.]+|\[::1\])(:\d+)?$/i.test(host);
}

/** Where devices and viewers connect. */
export function socketAddress(address: HubAddress): string {
  return `${address.protocol === "https:" ? "wss" : "ws"}://${rootOf(address)}ws`;
}
