/** What a person needs to use the hub from other machines: its addresses there, the token, and both as a code for a phone. */
import type { NetworkInterfaceInfo } from "node:os";
import { renderUnicodeCompact } from "uqr";

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** Networks between programs of this machine: nobody else reaches the hub by them. */
const inner = /^(docker|br-|veth|virbr|vmnet|vboxnet|cni|flannel|podman|lxc)/;

/** Addresses under which other machines reach this one, the likeliest first; those of IPv6 where there is no other. */
export function lanAddresses(interfaces: Interfaces): string[] {
  const all = Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses.filter(({ internal }) => !internal).map(({ address, family }) => ({ name, address, family })),
  );
  const outer = all.filter(({ name }) => !inner.test(name));
  const usual = outer.filter(({ family, address }) => family === "IPv4" && !address.startsWith("169.254."));
  const six = outer.filter(({ family, address }) => family === "IPv6" && !/^fe[89ab]/i.test(address));
  return (usual.length > 0 ? usual : six).map(({ address }) => address);
}

export interface LanReach {
  readonly port: number;
  /** Of this machine, as `lanAddresses` tells them. */
  readonly addresses: readonly string[];
  /** Only where it was made just now. */
  readonly token: string | undefined;
  /** Whether colours may be used: a code that is dark on light can be read by every phone. */
  readonly colours: boolean;
}

/** The text for the terminal, ended by a newline. With a token it is a secret: it goes to the person, never into the log. */
export function lanText({ port, addresses, token, colours }: LanReach): string {
  const urls = addresses.map((address) => `http://${address.includes(":") ? `[${address}]` : address}:${port}`);
  const [first] = urls;
  const where = first
    ? `Other machines reach it at ${urls.join(" or ")}`
    : "This machine has no address in a network now";
  if (token === undefined)
    return `${where}, with the token that was shown when it was made. Start with --new-token to get another.\n`;
  const lines = [
    `${where}, with this token:`,
    "",
    `  ${token}`,
    "",
    "It is shown this once: note it down. The page asks for it, devices send it (hello.token, or Authorization: Bearer).",
  ];
  if (first)
    lines.push(
      "A phone in the same network opens the page, signed in, with this code:",
      "",
      qrCode(`${first}/#token=${token}`, colours),
    );
  return `${lines.join("\n")}\n`;
}

/** The token stands behind `#`: that part of an address is never sent to any server. */
function qrCode(address: string, colours: boolean): string {
  const code = renderUnicodeCompact(address, { ecc: "L", border: 2 });
  // Blocks are the light parts: white on black whatever the colours of the terminal are.
  return colours
    ? code
        .split("\n")
        .map((line) => `\u001b[97;40m${line}\u001b[0m`)
        .join("\n")
    : code;
}
