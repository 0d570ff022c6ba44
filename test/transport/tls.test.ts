/** [S29] The hub over TLS. */
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect as connectSecurely } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Log } from "../../server/ports.ts";
import { PairError, readPair } from "../../server/transport/tls/pair.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { refusedUpgrade } from "../support/lan-hub.ts";
import { hubsOfTest, type TestHubOptions } from "../support/start-hub.ts";
import { askSecurely, authority, pairsOfTest } from "../support/tls-hub.ts";
import { websocketWith } from "../support/websocket-wire.ts";

const startPlain = hubsOfTest();
const newPair = pairsOfTest();
const transport = websocketWith({ ca: authority.ca });
/** A clock that is turned by minutes finds nobody who answers a ping in between. */
const limits = { pingMs: 100 * 86_400_000 };

async function start(options: TestHubOptions = {}) {
  const files = newPair();
  const { tlsCert, tlsKey } = files;
  const lines: string[] = [];
  const line = (level: string) => (message: string, fields?: object) =>
    lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  const log: Log = { debug: () => {}, info: line("info"), warn: line("warn"), error: line("error") };
  const config = { tlsCert, tlsKey, ...options.config };
  const hub = await startPlain({ transport, limits, log, ...options, config });
  const ask = (path: string, more = {}) => askSecurely(`${hub.url}${path}`, more);
  return { hub, files, ask, lines };
}

const fingerprintOf = (cert: string) => new X509Certificate(cert).fingerprint256;

describe("[S29] a hub with a certificate", () => {
  it("speaks https and wss at one port", async () => {
    const { hub, ask } = await start();
    expect(hub.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const device = await hub.welcomed("oven");
    device.send({ type: "readings", seq: 1, readings: [{ metric: "t", value: 21 }] });
    expect(await device.next("ack")).toMatchObject({ seq: 1, stored: 1 });
    const { status, text: body } = await ask("/api/v1/latest");
    expect(status).toBe(200);
    expect(JSON.parse(body).latest).toMatchObject([{ device: "oven", metric: "t", value: 21 }]);
  });

  it("speaks TLS 1.2 and later, of 1.2 what has forward secrecy and authenticated encryption alone", async () => {
    const { hub } = await start();
    const { port } = new URL(hub.url);
    const shake = async (options: object) => {
      // The client's library refuses the old ones by itself, unless it is told to be careless.
      const ciphers = "DEFAULT@SECLEVEL=0";
      const socket = connectSecurely({ port: Number(port), host: "127.0.0.1", ca: authority.ca, ciphers, ...options });
      try {
        await once(socket, "secureConnect");
        return socket.getProtocol();
      } catch {
        return "refused";
      } finally {
        socket.destroy();
      }
    };
    expect(await shake({})).toBe("TLSv1.3");
    expect(await shake({ maxVersion: "TLSv1.2" })).toBe("TLSv1.2");
    expect(await shake({ minVersion: "TLSv1", maxVersion: "TLSv1.1" })).toBe("refused");
    const old = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" };
    expect(await shake({ ...old, ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" })).toBe("TLSv1.2");
    for (const ciphers of ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-CCM8"])
      expect(await shake({ ...old, ciphers: `${ciphers}@SECLEVEL=0` }), ciphers).toBe("refused");
  });

  it("tells browsers to come by TLS alone, on answers of every kind, for as long as is set", async () => {
    const { ask } = await start();
    for (const path of ["/health", "/api/v1/devices", "/nothing"])
      expect((await ask(path)).headers["strict-transport-security"], path).toBe("max-age=2592000");
    // An upgrade that is refused is no answer of Node's.
    const headers = { Connection: "Upgrade", Upgrade: "websocket" };
    for (const [path, status] of [
      ["/nothing", 404],
      ["/ws?token=x", 400],
    ] as const)
      expect(await ask(path, { headers })).toMatchObject({
        ...{ status, headers: { "strict-transport-security": "max-age=2592000" } },
      });
    const { ask: askOther } = await start({ config: { hstsMs: 0 } });
    expect((await askOther("/health")).headers["strict-transport-security"]).toBe("max-age=0");
    const plain = await startPlain();
    expect((await fetch(`${plain.url}/health`)).headers.has("strict-transport-security")).toBe(false);
  });

  it("answers requests that offer another protocol, which are read anew", async () => {
    const { ask } = await start();
    const headers = { Connection: "Upgrade, HTTP2-Settings", Upgrade: "h2c", "HTTP2-Settings": "AAMAAABk" };
    expect((await ask("/health", { headers })).status).toBe(200);
  });

  it("refuses a foreign page, and one of its own host that came without TLS", async () => {
    const { ask, hub } = await start({ config: { allowOrigin: ["https://hub.example"] } });
    const { port } = new URL(hub.url);
    const json = { "Content-Type": "application/json" };
    const made = await askSecurely(
      `${hub.url}/api/v1/tokens`,
      { method: "POST", headers: json },
      JSON.stringify({ kind: "program", role: "operator", name: "test" }),
    );
    const Authorization = `Bearer ${JSON.parse(made.text).token}`;
    const from = async (Origin: string) =>
      (
        await ask("/api/v1/devices", {
          servername: "localhost",
          headers: { Origin, Authorization, Host: `hub.example:${port}` },
        })
      ).status;
    expect(await from("https://hub.example")).toBe(200);
    expect(await from("http://hub.example")).toBe(403);
    expect(await from("https://evil.example")).toBe(403);
  });
});

describe("[S29] plain text at a port of TLS", () => {
  async function plain(url: string): Promise<Socket> {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    await once(socket, "connect");
    return socket;
  }

  it("is told in plain text what to do, a page and a socket alike", async () => {
    const { hub } = await start();
    const url = hub.url.replace("https", "http");
    const answer = await fetch(`${url}/api/v1/readings`, { method: "POST", body: "x".repeat(100_000) });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("https://");
    expect((await refusedUpgrade(`${url}/ws`)).status).toBe(400);
  });

  it.each([
    ["nothing", ""],
    ["a byte of a handshake", "\u0016"],
  ])("%s is waited for as long as for a handshake, and not longer", async (_, sent) => {
    const clock = new FakeClock(Date.now());
    const { hub, ask } = await start({ clock });
    const socket = await plain(hub.url);
    const closed = once(socket, "close");
    if (sent === "") {
      // The hub knows of it once it has answered somebody who came later.
      await ask("/health");
      clock.advance(10_000);
    } else {
      // What began is in the hands of TLS, which has its own clock: whoever goes is gone.
      socket.write(sent);
      await ask("/health");
      socket.destroy();
    }
    await closed;
    expect((await ask("/health")).status).toBe(200);
  });

  it("that means nothing ends that connection and no other", async () => {
    const { hub, ask } = await start();
    for (const bytes of ["\u0016\u0003\u0001garbage that is no handshake", "\u0000", "\u0080\u0001", "\n"]) {
      const socket = await plain(hub.url);
      socket.on("error", () => {});
      socket.end(Buffer.from(bytes, "latin1"));
      await text(socket).catch(() => {});
    }
    expect((await ask("/health")).status).toBe(200);
  });
});

describe("a certificate that is renewed", () => {
  it("is taken within a minute, where links are set to another pair, and no connection is cut", async () => {
    const clock = new FakeClock(Date.now());
    const { hub, files, ask, lines } = await start({ clock });
    const device = await hub.welcomed("oven");
    const before = (await ask("/health")).fingerprint;
    const next = authority.issue();
    files.renew(next);
    clock.advance(60_000);
    expect((await ask("/health")).fingerprint).toBe(fingerprintOf(next.cert));
    expect(before).not.toBe(fingerprintOf(next.cert));
    device.send({ type: "readings", seq: 1, readings: [{ metric: "t", value: 21 }] });
    expect(await device.next("ack")).toMatchObject({ seq: 1, stored: 1 });
    expect(lines.filter((line) => line.includes("new certificate"))).toHaveLength(1);
    clock.advance(600_000);
    expect(lines.filter((line) => line.includes("new certificate"))).toHaveLength(1);
  });

  it("is taken where the files are written over", async () => {
    const clock = new FakeClock(Date.now());
    const { files, ask } = await start({ clock });
    const next = authority.issue();
    writeFileSync(files.tlsCert, next.cert);
    writeFileSync(files.tlsKey, next.key);
    clock.advance(60_000);
    expect((await ask("/health")).fingerprint).toBe(fingerprintOf(next.cert));
  });

  it("is not taken where it cannot be used: the one of before stays, the log and /health say why, until it can", async () => {
    const clock = new FakeClock(Date.now());
    const { files, ask, lines } = await start({ clock });
    const { fingerprint } = await ask("/health");
    const errors = () => lines.filter((line) => line.startsWith("error"));
    const health = async () => JSON.parse((await ask("/health")).text);
    files.renew({ cert: authority.issue().cert, key: authority.issue().key });
    clock.advance(180_000);
    expect(errors()).toHaveLength(1);
    expect(errors()[0]).toContain("does not fit");
    expect(await health()).toMatchObject({ status: "degraded", reason: expect.stringContaining("does not fit") });
    files.renew({ cert: "", key: "" });
    clock.advance(60_000);
    expect(errors()).toHaveLength(2);
    expect((await health()).reason).toContain("no certificate");
    expect((await ask("/health")).fingerprint).toBe(fingerprint);
    const good = authority.issue();
    files.renew(good);
    clock.advance(60_000);
    expect(await health()).toEqual({ status: "ok" });
    expect((await ask("/health")).fingerprint).toBe(fingerprintOf(good.cert));
  });

  it("is missed before the old one runs out, and then said aloud", async () => {
    const clock = new FakeClock(Date.now());
    const { ask, lines, files } = await start({ clock });
    const warnings = () => lines.filter((line) => line.startsWith("warn"));
    expect(warnings()).toEqual([]);
    // Of 91 days 15 are less than a sixth.
    clock.jump(76 * 86_400_000);
    clock.advance(120_000);
    expect(warnings()).toEqual([expect.stringMatching(/runs out soon.*"days":1[34]/)]);
    clock.jump(20 * 86_400_000);
    clock.advance(120_000);
    expect(warnings()).toHaveLength(2);
    expect(JSON.parse((await ask("/health")).text).reason).toContain("ran out on");
    files.renew(authority.issue({ untilMs: Date.now() + 400 * 86_400_000 }));
    clock.advance(60_000);
    expect(JSON.parse((await ask("/health")).text)).toEqual({ status: "ok" });
  });
});

describe("a pair that cannot be used", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hub-pair-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const good = authority.issue();
  const locked = () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    return privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "p" }).toString();
  };

  it.each<[string, { cert?: string; key?: string }, string]>([
    ["no certificate", { key: good.key }, "There is no file"],
    ["no key", { cert: good.cert }, "There is no file"],
    ["a key in place of the certificate", { cert: good.key, key: good.key }, "holds no certificate in PEM"],
    ["a certificate in place of the key", { cert: good.cert, key: good.cert }, "holds no private key in PEM"],
    ["DER", { cert: "0\u0082\u0001", key: good.key }, "holds no certificate in PEM"],
    ["another's key", { cert: good.cert, key: authority.issue().key }, "does not fit"],
    ["the authority's certificate first", { cert: authority.ca + good.cert, key: good.key }, "does not fit"],
    ["a locked key", { cert: good.cert, key: locked() }, "locked with a passphrase"],
    ["empty files", { cert: "", key: "" }, "holds no certificate in PEM"],
  ])("%s: one sentence says what is wrong, with the file and the flag", (_, { cert, key }, words) => {
    const files = { tlsCert: join(folder, "c.pem"), tlsKey: join(folder, "k.pem") };
    if (cert !== undefined) writeFileSync(files.tlsCert, cert);
    if (key !== undefined) writeFileSync(files.tlsKey, key);
    const read = () => readPair(files);
    expect(read).toThrow(PairError);
    expect(read).toThrow(words);
    expect(read).toThrow(folder);
    expect(read).toThrow(/--tls-(cert|key)/);
  });

  it("a folder, and a file that this user may not read", () => {
    const tlsCert = join(folder, "dir");
    mkdirSync(tlsCert);
    expect(() => readPair({ tlsCert, tlsKey: tlsCert })).toThrow("is a folder");
    if (process.getuid?.() === 0) return;
    const tlsKey = join(folder, "k.pem");
    writeFileSync(tlsKey, good.key);
    chmodSync(tlsKey, 0o000);
    expect(() => readPair({ tlsCert: tlsKey, tlsKey })).toThrow("cannot be read (EACCES)");
  });

  it("one that ran out is used, and warned of: a clock may be wrong, and readings come first", async () => {
    const lines: string[] = [];
    const warn = (message: string) => lines.push(message);
    const old = newPair({ untilMs: Date.now() - 86_400_000, fromMs: Date.now() - 9e9 });
    const { tlsCert, tlsKey } = old;
    const log: Log = { debug: () => {}, info: () => {}, error: () => {}, warn };
    const hub = await startPlain({ config: { tlsCert, tlsKey }, log });
    expect(lines).toEqual([expect.stringContaining("ran out on")]);
    expect((await askSecurely(`${hub.url}/health`, { rejectUnauthorized: false })).status).toBe(200);
  });

  it("a key that everybody may read is used, and warned of", async () => {
    const lines: string[] = [];
    const files = newPair();
    chmodSync(files.tlsKey, 0o644);
    const log: Log = { debug: () => {}, info: () => {}, error: () => {}, warn: (message) => lines.push(message) };
    await startPlain({ config: { tlsCert: files.tlsCert, tlsKey: files.tlsKey }, log });
    expect(lines).toEqual([expect.stringContaining("chmod o-r")]);
  });
});
