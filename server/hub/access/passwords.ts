/** Passwords, as scrypt makes them (RFC 7914, from OpenSSL by Node), kept as PHC strings: `$scrypt$ln=15,r=8,p=3$SALT$HASH`. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { Refusal } from "../../protocol/errors.ts";
import { placeOf } from "../address.ts";

/**
 * 32 MiB and some 100 ms a password: one of the equally strong settings of OWASP's password storage cheat sheet, the one that a
 * small machine has memory for.
 */
const cost = { ln: 15, r: 8, p: 3 } as const;
const saltBytes = 16;
const hashBytes = 32;
/** Those who wait for their turn at once, in all and of one address; others have to come again. */
const mostWaiting = 16;
const mostOfAddress = 2;

interface Kept {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Hashes one password at a time: many at once would take the memory and the threads that the hub works with. */
export class Passwords {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  readonly #waitingOf = new Map<string, number>();

  /** The PHC string of a password. Throws `rate_limited` where too many wait. */
  hash(password: string): Promise<string> {
    return this.#inTurn(async () => {
      const salt = randomBytes(saltBytes);
      const hash = await derive(password, { ...cost, salt, hash: Buffer.alloc(hashBytes) });
      return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${base64(salt)}$${base64(hash)}`;
    });
  }

  /** Whether it is the password that `phc` was made of. Without one it takes as long and is wrong. Throws `rate_limited` where too many wait. */
  async matches(password: string, phc: string | undefined, address?: string): Promise<boolean> {
    const kept = phc === undefined ? undefined : parse(phc);
    const other = kept ?? { ...cost, salt: Buffer.alloc(saltBytes), hash: Buffer.alloc(hashBytes) };
    return this.#ofAddress(address, () =>
      this.#inTurn(async () => timingSafeEqual(await derive(password, other), other.hash) && kept !== undefined),
    );
  }

  /** One address, or IPv6 network, does not fill the queue that all others wait in. */
  async #ofAddress<T>(address: string | undefined, work: () => Promise<T>): Promise<T> {
    if (address === undefined) return work();
    const from = placeOf(address);
    const waiting = this.#waitingOf.get(from) ?? 0;
    if (waiting >= mostOfAddress) throw tooMany();
    this.#waitingOf.set(from, waiting + 1);
    try {
      return await work();
    } finally {
      const left = (this.#waitingOf.get(from) ?? 1) - 1;
      if (left > 0) this.#waitingOf.set(from, left);
      else this.#waitingOf.delete(from);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= mostWaiting) return Promise.reject(tooMany());
    this.#waiting += 1;
    const turn = this.#last.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}

function tooMany(): Refusal {
  return new Refusal("rate_limited", "Too many people sign in at this moment: try again in 2 s.", { retryAfter: 2 });
}

/** Letters that look alike in two encodings are one password (NIST SP 800-63B, 3.1.1.2). */
function derive(password: string, { ln, r, p, salt, hash }: Kept): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: 256 * r * 2 ** ln };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, hash.length, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function parse(phc: string): Kept | undefined {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/.exec(phc);
  if (!match) return undefined;
  const [, ln, r, p, salt, hash] = match as unknown as [string, string, string, string, string, string];
  return {
    ...{ ln: Number(ln), r: Number(r), p: Number(p) },
    ...{ salt: Buffer.from(salt, "base64"), hash: Buffer.from(hash, "base64") },
  };
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
