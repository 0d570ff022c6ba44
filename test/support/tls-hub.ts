/** A hub that speaks TLS, with files of an authority of the test's own, and those who ask it. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { type RequestOptions, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TLSSocket } from "node:tls";
import { afterEach } from "vitest";
import { type Issued, makeAuthority, type Wanted } from "./certificates.ts";

export const authority = makeAuthority();

/** Files as certbot lays them: links in one folder to a pair in another, set anew at each renewal. */
export class PairFolder {
  readonly #folder = mkdtempSync(join(tmpdir(), "hub-tls-"));
  #pairs = 0;
  readonly tlsCert = join(this.#folder, "fullchain.pem");
  readonly tlsKey = join(this.#folder, "privkey.pem");

  constructor(wanted?: Wanted) {
    this.renew(authority.issue(wanted));
  }

  /** Sets both links to another pair, each at once. */
  renew({ cert, key }: Issued): void {
    const folder = join(this.#folder, `pair-${this.#pairs++}`);
    mkdirSync(folder);
    for (const [link, content] of [
      [this.tlsCert, cert],
      [this.tlsKey, key],
    ] as const) {
      const file = join(folder, "file.pem").replace("file", link === this.tlsCert ? "cert" : "key");
      writeFileSync(file, content, { mode: 0o600 });
      symlinkSync(file, `${link}.new`);
      renameSync(`${link}.new`, link);
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Makes folders that are removed after the test. */
export function pairsOfTest(): (wanted?: Wanted) => PairFolder {
  const made: PairFolder[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) folder.remove();
  });
  return (wanted) => {
    const folder = new PairFolder(wanted);
    made.push(folder);
    return folder;
  };
}

export interface SecureAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** SHA-256 of the certificate that the other end showed. */
  readonly fingerprint: string;
}

/** Asks over a connection of its own, and trusts the test's authority alone. */
export function askSecurely(url: string, options: RequestOptions = {}, body = ""): Promise<SecureAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca: authority.ca, agent: false, ...options }, (response) => {
      const { fingerprint256 } = (response.socket as TLSSocket).getPeerCertificate();
      const { statusCode: status, headers } = response;
      text(response).then((read) => resolve({ status, headers, text: read, fingerprint: fingerprint256 }), reject);
    });
    asked.on("error", reject).end(body);
  });
}
