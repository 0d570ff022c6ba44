/** A certificate and its private key, read from files and held against each other. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createSecureContext, type SecureContextOptions } from "node:tls";

/** Where the pair lies. */
export interface PairFiles {
  /** The hub's certificate, and behind it those that vouch for it. */
  readonly tlsCert: string;
  readonly tlsKey: string;
}

export interface Pair {
  readonly cert: string;
  readonly key: string;
  /** Names and addresses that it is for; a name may begin with `*.`. */
  readonly names: readonly string[];
  /** Ms since the epoch. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** True where everybody on this machine may read the key. */
  readonly keyIsOpen: boolean;
}

/** The pair cannot be used: the message is one sentence for a person and says what to do. */
export class PairError extends Error {
  override readonly name = "PairError";
}

/**
 * What clients are offered: TLS 1.3, and of 1.2 what has forward secrecy and authenticated encryption alone ("intermediate" of
 * wiki.mozilla.org/Security/Server_Side_TLS, without its DHE suites). The ESP32's and every browser's of the last ten years are among them.
 */
const offered = {
  minVersion: "TLSv1.2",
  honorCipherOrder: false,
  ciphers: [
    ...["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
    ...["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
    ...["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
    ...["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"],
  ].join(":"),
} as const satisfies SecureContextOptions;

/** The options of a server, or of `setSecureContext`. */
export function contextOf({ cert, key }: Pick<Pair, "cert" | "key">): SecureContextOptions {
  return { ...offered, cert, key };
}

/** Reads and checks both files. Throws `PairError`. Whether the certificate is of today is not looked at. */
export function readPair({ tlsCert, tlsKey }: PairFiles): Pair {
  const cert = read(tlsCert, "--tls-cert");
  const key = read(tlsKey, "--tls-key");
  const certificate = certificateOf(cert, tlsCert);
  if (!certificate.checkPrivateKey(keyOf(key, tlsKey)))
    throw new PairError(
      `The key in ${tlsKey} does not fit the certificate in ${tlsCert}: give the key that it was made with (--tls-key), and in ${tlsCert} the hub's own certificate first.`,
    );
  try {
    createSecureContext(contextOf({ cert, key }));
  } catch (error) {
    throw new PairError(`The pair in ${tlsCert} and ${tlsKey} cannot be used for TLS: ${reasonOf(error)}.`);
  }
  return {
    ...{ cert, key, names: namesOf(certificate) },
    fromMs: Date.parse(certificate.validFrom),
    untilMs: Date.parse(certificate.validTo),
    keyIsOpen: (statSync(tlsKey).mode & 0o004) !== 0,
  };
}

function read(file: string, flag: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new PairError(`There is no file ${file}: give another one with ${flag}.`);
    if (code === "EISDIR") throw new PairError(`${file} is a folder: give a file in it with ${flag}.`);
    throw new PairError(
      `${file} cannot be read (${code ?? reasonOf(error)}): let the user that runs the hub read it, or give another one with ${flag}.`,
    );
  }
}

function certificateOf(text: string, file: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    throw new PairError(
      `${file} holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----: give one that does with --tls-cert.`,
    );
  }
}

function keyOf(text: string, file: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    if (/ENCRYPTED/.test(text) || (error as NodeJS.ErrnoException).code === "ERR_MISSING_PASSPHRASE")
      throw new PairError(
        `The key in ${file} is locked with a passphrase, which nobody could type at a restart: unlock it with openssl pkey -in ${file} -out FILE, and give that one with --tls-key.`,
      );
    throw new PairError(
      `${file} holds no private key in PEM, which begins with -----BEGIN PRIVATE KEY----- or the like: give one that does with --tls-key.`,
    );
  }
}

/** Alternative names; without any the common name, which no browser looks at. */
function namesOf({ subjectAltName, subject }: X509Certificate): string[] {
  const names = [...(subjectAltName ?? "").matchAll(/(?:DNS|IP Address):([^,\s"]+)/g)].map(([, name = ""]) => name);
  const [, common] = /^CN=(.+)$/m.exec(subject ?? "") ?? [];
  return names.length > 0 || common === undefined ? names : [common];
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
