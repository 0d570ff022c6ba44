/** An authority of one's own, made when a test runs: certificates of any name and age, without a program or a package. X.509 v3 (RFC 5280) in DER. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";

export interface Issued {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

export interface Wanted {
  /** DNS names and IPv4 addresses. */
  readonly names?: readonly string[];
  readonly fromMs?: number;
  readonly untilMs?: number;
}

export interface Authority {
  /** Its own certificate, which clients are told to trust, PEM. */
  readonly ca: string;
  issue(wanted?: Wanted): Issued;
}

const dayMs = 86_400_000;

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const set = (...parts: readonly Uint8Array[]) => der(0x31, ...parts);
const octets = (...parts: readonly Uint8Array[]) => der(0x04, ...parts);
const bits = (content: Uint8Array) => der(0x03, Buffer.from([0]), content);
const integer = (bytes: Uint8Array) => der(0x02, bytes);
const text = (value: string) => der(0x0c, Buffer.from(value));
const yes = der(0x01, Buffer.from([0xff]));

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [40 * first + second];
  for (const number of rest) {
    const sevens = [number & 0x7f];
    for (let left = number >>> 7; left > 0; left >>>= 7) sevens.unshift((left & 0x7f) | 0x80);
    bytes.push(...sevens);
  }
  return der(0x06, Buffer.from(bytes));
}

const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"));
const nameOf = (common: string) => sequence(set(sequence(oid("2.5.4.3"), text(common))));
/** GeneralizedTime; this century needs none, but OpenSSL takes it. */
const timeOf = (timeMs: number) =>
  der(0x18, Buffer.from(`${new Date(timeMs).toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`));
const extension = (id: string, critical: boolean, value: Buffer) =>
  sequence(oid(id), ...(critical ? [yes] : []), octets(value));

const altNames = (names: readonly string[]) =>
  sequence(
    ...names.map((name) =>
      isIPv4(name) ? der(0x87, Buffer.from(name.split(".").map(Number))) : der(0x82, Buffer.from(name)),
    ),
  );

function pem(label: string, content: Uint8Array): string {
  const lines =
    Buffer.from(content)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

interface Content {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly extensions: readonly Buffer[];
}

function certificate({ issuer, subject, publicKey, signer, fromMs, untilMs, extensions }: Content): string {
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(8)]);
  const content = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(timeOf(fromMs), timeOf(untilMs)),
    nameOf(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  return pem("CERTIFICATE", sequence(content, ecdsaWithSha256, bits(sign("sha256", content, signer))));
}

const newKeys = () => generateKeyPairSync("ec", { namedCurve: "P-256" });

export function makeAuthority(): Authority {
  const own = newKeys();
  const issuer = "A test's authority";
  const now = Date.now();
  const ca = certificate({
    ...{ issuer, subject: issuer, publicKey: own.publicKey, signer: own.privateKey },
    ...{ fromMs: now - 3650 * dayMs, untilMs: now + 3650 * dayMs },
    extensions: [extension("2.5.29.19", true, sequence(yes))],
  });
  return {
    ca,
    issue({ names = ["localhost", "127.0.0.1"], fromMs = now - dayMs, untilMs = now + 90 * dayMs } = {}) {
      const { publicKey, privateKey } = newKeys();
      const cert = certificate({
        ...{ issuer, subject: names[0] ?? "nobody", publicKey, signer: own.privateKey, fromMs, untilMs },
        extensions: [extension("2.5.29.17", false, altNames(names))],
      });
      return { cert, key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
    },
  };
}
