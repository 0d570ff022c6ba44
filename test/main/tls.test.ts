/** [S29] The program with a certificate: what it prints, what its own companions do, and what a signal makes it read. */
import { X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HubProcess } from "../chaos/hub-process.ts";
import { programArgs } from "../support/built.ts";
import { askSecurely, authority, pairsOfTest } from "../support/tls-hub.ts";

const newPair = pairsOfTest();

describe("a start with a certificate", () => {
  let folder: string;
  let hub: HubProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hub-main-tls-"));
  });
  afterEach(async () => {
    await hub?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  function start(flags: readonly string[]): HubProcess {
    hub = new HubProcess({ data: join(folder, "data"), flags, program: programArgs("server/main") });
    return hub;
  }

  it("says https, lets its own companion in, and reads the pair anew at SIGHUP without ending", async () => {
    const files = newPair();
    const started = start(["--tls-cert", files.tlsCert, "--tls-key", files.tlsKey, "--self"]);
    const url = await started.url();
    expect(url).toMatch(/^https:\/\//);
    await expect
      .poll(async () => JSON.parse((await askSecurely(`${url}/api/v1/devices`)).text).devices)
      .toHaveLength(1);
    const next = authority.issue();
    files.renew(next);
    started.signal("SIGHUP");
    await expect.poll(() => started.lines.some((line) => line.includes("new certificate"))).toBe(true);
    expect((await askSecurely(`${url}/health`)).fingerprint).toBe(new X509Certificate(next.cert).fingerprint256);
    started.signal("SIGTERM");
    expect(await started.ended).toEqual({ code: 0, signal: null });
  });

  it("ends with 1 and one sentence where the pair cannot be used, and touches no data", async () => {
    const started = start(["--tls-cert", join(folder, "none.pem"), "--tls-key", join(folder, "none.pem")]);
    expect((await started.ended).code).toBe(1);
    expect(started.lines).toEqual([expect.stringMatching(/^There is no file .*none\.pem.*--tls-cert/)]);
    expect(existsSync(join(folder, "data"))).toBe(false);
  });

  it("prints the address of the certificate's name beside the token", async () => {
    const { tlsCert, tlsKey } = newPair({ names: ["hub.example"] });
    const started = start(["--host", "0.0.0.0", "--tls-cert", tlsCert, "--tls-key", tlsKey]);
    const { port } = new URL(await started.url());
    await expect.poll(() => started.lines.join("\n")).toContain(`https://hub.example:${port}`);
    expect(started.lines.join("\n")).toMatch(/(?:[0-9a-z]{4}-){6}[0-9a-z]{4}/);
  });
});
