/** Addresses as they are counted. */

/** An address without the name of the interface that it came by; IPv4 as itself. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, "").replace(/%.*$/, "");
}

/** The /64 of an IPv6 address; undefined for IPv4. */
export function networkOf(address: string): string | undefined {
  if (!address.includes(":")) return undefined;
  const [head = "", tail] = address.split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail ? tail.split(":") : [];
  const middle = tail === undefined ? [] : Array<string>(Math.max(0, 8 - first.length - last.length)).fill("0");
  return `${[...first, ...middle, ...last].slice(0, 4).join(":")}::/64`;
}

/** Who is counted as one: an IPv4 address; the /64 of an IPv6 address, of which a machine takes as many addresses as it likes. */
export function placeOf(address: string): string {
  const plain = plainAddress(address);
  return networkOf(plain) ?? plain;
}
