import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Config,
  hubVersion,
  isConfigError,
  makeConfig,
  needsSignIn,
  parseConfig,
  settings,
} from "../server/config.ts";
import { defaultDoor } from "../server/protocol/door.ts";
import { defaultLimits } from "../server/protocol/limits.ts";
import { defaultViewing } from "../server/protocol/viewing.ts";

function accepted(argv: string[], env: NodeJS.ProcessEnv = {}): Config {
  const answer = parseConfig(argv, env);
  if (isConfigError(answer)) throw new Error(answer.message);
  return answer;
}

function refused(argv: string[], env: NodeJS.ProcessEnv = {}): string {
  const answer = parseConfig(argv, env);
  if (!isConfigError(answer)) throw new Error(`accepted: ${JSON.stringify(answer)}`);
  expect(answer.exitCode).toBe(2);
  return answer.message;
}

describe("settings", () => {
  it("with nothing given are the documented defaults", () => {
    expect(accepted([])).toEqual({
      host: "127.0.0.1",
      port: 8080,
      data: resolve("data"),
      lan: false,
      newToken: false,
      open: false,
      tlsCert: undefined,
      tlsKey: undefined,
      hstsMs: 2_592_000_000,
      plainText: false,
      trustProxy: [],
      basePath: "",
      setup: false,
      sessionAgeMs: 2_592_000_000,
      requests: 100,
      enrolments: 1_000,
      demo: false,
      self: false,
      commitDelayMs: 0,
      budget: undefined,
      keep: {},
      minFreeBytes: 512_000_000,
      journalBudgetBytes: 67_108_864,
      headBudgetBytes: 134_217_728,
      walAlarmBytes: 268_435_456,
      onCorrupt: "rename",
      allowOrigin: [],
      log: "text",
      limits: defaultLimits,
      viewing: defaultViewing,
      door: defaultDoor,
    });
    expect(makeConfig()).toEqual(accepted([]));
  });

  it("take the flag before the environment, and the environment before the default", () => {
    expect(accepted(["--port", "1"], { HUB_PORT: "2" }).port).toBe(1);
    expect(accepted([], { HUB_PORT: "2" }).port).toBe(2);
    expect(accepted([], { HUB_PORT: "" }).port).toBe(8080);
  });

  it("give every limit of the wire a flag and a variable of its own", () => {
    for (const name of Object.keys(defaultLimits) as (keyof typeof defaultLimits)[]) {
      const setting = settings.find(({ key }) => key === `limits.${name}`);
      if (!setting) throw new Error(`no setting for ${name}`);
      const other = defaultLimits[name] + 1;
      expect(accepted([setting.flag, String(other)]).limits).toEqual({ ...defaultLimits, [name]: other });
      expect(accepted([], { [setting.env]: String(other) }).limits[name]).toBe(other);
    }
  });

  it("give everything that viewers and answers are bounded by a flag and a variable of its own", () => {
    for (const name of Object.keys(defaultViewing) as (keyof typeof defaultViewing)[]) {
      const setting = settings.find(({ key }) => key === `viewing.${name}`);
      if (!setting) throw new Error(`no setting for ${name}`);
      const other = String(defaultViewing[name] + 1);
      expect(accepted([setting.flag, other]).viewing).toEqual({ ...defaultViewing, [name]: defaultViewing[name] + 1 });
      expect(accepted([], { [setting.env]: other }).viewing[name]).toBe(defaultViewing[name] + 1);
    }
  });

  it("give every limit of the door a flag and a variable of its own", () => {
    for (const name of Object.keys(defaultDoor) as (keyof typeof defaultDoor)[]) {
      const setting = settings.find(({ key }) => key === `door.${name}`);
      if (!setting) throw new Error(`no setting for ${name}`);
      const other = String(defaultDoor[name] + 1);
      expect(accepted([setting.flag, other]).door).toEqual({ ...defaultDoor, [name]: defaultDoor[name] + 1 });
      expect(accepted([], { [setting.env]: other }).door[name]).toBe(defaultDoor[name] + 1);
    }
  });

  it("state in words the default that the schema has", () => {
    const config = accepted([]);
    for (const { key, fallback, read } of settings) {
      const value = key.split(".").reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], config);
      if (["allowOrigin", "trustProxy"].includes(key)) expect([fallback, value]).toEqual(["none", []]);
      else if (["tlsCert", "tlsKey"].includes(key)) expect([fallback, value]).toEqual(["none", undefined]);
      // Nothing that was said to a running hub may look as if a flag had been given.
      else if (key === "budget") expect([fallback, value]).toEqual(["auto", undefined]);
      else if (key === "data") expect(value).toBe(resolve(fallback));
      else expect(read(fallback), key).toEqual(value);
    }
  });

  it("read sizes, durations and switches as people write them", () => {
    expect(accepted(["--min-free", "2GB"]).minFreeBytes).toBe(2_000_000_000);
    expect(accepted(["--budget", "1.5 GB"]).budget).toBe(1_500_000_000);
    expect(accepted([], { HUB_BUDGET: "OFF" }).budget).toBe("off");
    expect(accepted(["--keep", "raw 30d, hour forever"]).keep).toEqual({ raw: 2_592_000_000, hour: null });
    expect(accepted(["--min-free", "64"]).minFreeBytes).toBe(64_000_000);
    expect(accepted(["--limit-frame-bytes", "1MiB"]).limits.frameBytes).toBe(1_048_576);
    expect(accepted(["--commit-delay", "20ms"]).commitDelayMs).toBe(20);
    expect(accepted(["--limit-ping-ms", "15s"]).limits.pingMs).toBe(15_000);
    expect(accepted([], { HUB_DEMO: "yes" }).demo).toBe(true);
    expect(accepted([], { HUB_DEMO: "0" }).demo).toBe(false);
  });

  it("keep the demo's readings apart from the owner's, unless a folder is named", () => {
    expect(accepted(["--demo"]).data).toBe(resolve("data-demo"));
    expect(accepted(["--demo", "--data", "mine"]).data).toBe(resolve("mine"));
  });

  it("make this computer a device in the demo too, unless it is said not to", () => {
    expect(accepted(["--self"])).toMatchObject({ self: true, demo: false });
    expect(accepted(["--demo"]).self).toBe(true);
    expect(accepted(["--demo"], { HUB_SELF: "false" }).self).toBe(false);
    expect(makeConfig({ demo: true }).self).toBe(true);
  });

  it("take several origins, in the form that a browser sends", () => {
    const origins = ["https://a.example", "http://b.example:3000"];
    expect(accepted(["--allow-origin", "https://A.example/", "--allow-origin", origins[1] ?? ""]).allowOrigin).toEqual(
      origins,
    );
    expect(accepted([], { HUB_ALLOW_ORIGIN: origins.join(", ") }).allowOrigin).toEqual(origins);
  });

  it("take proxies by address, by network and as this machine", () => {
    const peers = ["loopback", "172.16.0.0/12", "fd00::/8", "192.168.1.5"];
    expect(
      accepted(["--trust-proxy", "Loopback, 172.16.0.0/12", "--trust-proxy", "fd00::/8,192.168.1.5"]),
    ).toMatchObject({ trustProxy: peers });
    expect(accepted([], { HUB_TRUST_PROXY: peers.join(",") }).trustProxy).toEqual(peers);
  });

  it("take a path with a slash at its end or without, and / for none", () => {
    for (const [text, path] of [
      ["/hub", "/hub"],
      ["/hub/", "/hub"],
      ["/a/b.c~d", "/a/b.c~d"],
      ["/", ""],
    ] as const)
      expect(accepted(["--base-path", text]).basePath).toBe(path);
  });
});

describe("a refused setting", () => {
  it.each([
    [["--port", "80 80"], {}, '--port cannot be "80 80": it takes a whole number from 0 to 65535.'],
    [["--port=70000"], {}, '--port cannot be "70000"'],
    [[], { HUB_PORT: "http" }, 'HUB_PORT cannot be "http": it takes a whole number from 0 to 65535.'],
    [["--data", ""], {}, '--data cannot be "": it takes the path of a folder.'],
    [["--commit-delay", "1h"], {}, '--commit-delay cannot be "1h": it takes 0 to 10000 ms'],
    [["--budget", "0"], {}, '--budget cannot be "0": it takes auto, off, or a size of at least 1MB'],
    [["--min-free", "lots"], {}, '--min-free cannot be "lots": it takes a size'],
    [["--allow-origin", "*"], {}, '--allow-origin cannot be "*"'],
    [["--allow-origin", "https://a.example/path"], {}, "without a path"],
    [["--log", "xml"], {}, '--log cannot be "xml": it takes text or json.'],
    [
      ["--trust-proxy", "proxy.example"],
      {},
      "it takes IP addresses, networks such as 172.16.0.0/12, and the word loopback",
    ],
    [["--trust-proxy", "10.0.0.0/33"], {}, '--trust-proxy cannot be "10.0.0.0/33"'],
    [["--trust-proxy", "fe80::1%eth0"], {}, '--trust-proxy cannot be "fe80::1%eth0"'],
    [["--base-path", "hub"], {}, '--base-path cannot be "hub": it takes a path such as /hub'],
    [["--base-path", "/a/../b"], {}, '--base-path cannot be "/a/../b"'],
    [["--base-path", "/api/hub"], {}, '--base-path cannot be "/api/hub"'],
    [["--base-path", "//evil.example"], {}, '--base-path cannot be "//evil.example"'],
    [["--hsts", "900d"], {}, '--hsts cannot be "900d": it takes 0 to 730d'],
    [[], { HUB_DEMO: "perhaps" }, 'HUB_DEMO cannot be "perhaps": it takes true or false.'],
    [["--limit-depth", "2"], {}, '--limit-depth cannot be "2": it takes a whole number from 4 to 64.'],
    [["--limit-ping-ms", "5"], {}, "it takes a whole number of at least 100 ms, such as"],
    [["--limit-frame-bytes", "1e6"], {}, "from 1024 to 67108864 bytes, such as"],
    [[], { HUB_LIMIT_FRAME: "1" }, "HUB_LIMIT_FRAME is not a setting; the limits are HUB_LIMIT_FRAME_BYTES,"],
    [["--prot", "1"], {}, "--prot is not a flag (did you mean --port?)."],
    [["--two\nlines"], {}, "--two lines is not a flag."],
    [["-p", "1"], {}, "-p is not a flag."],
    [["--port"], {}, "--port has no value: it takes a whole number from 0 to 65535."],
    [["--lan=yes"], {}, "--lan takes no value: give it, or leave it out."],
    [
      ["--limit-ping-ms"],
      {},
      "--limit-ping-ms has no value: it takes a whole number of at least 100 ms, such as 25000 or 25s.",
    ],
    [["--limit-frame-bytes", "1XB"], {}, "from 1024 to 67108864 bytes, such as 524288 or 512KiB."],
    [["8080"], {}, "8080 is not a flag."],
  ])("names the setting, its value and what is allowed: %j %j", (argv, env, words) => {
    const message = refused(argv, env as NodeJS.ProcessEnv);
    expect(message).toContain(words);
    expect(message).not.toContain("\n");
    expect(message.endsWith("See npm start -- --help.")).toBe(true);
  });

  it("is an answer, never an exception, whatever was written", () => {
    const flags = settings.map(({ flag }) => flag);
    const variables = settings.map(({ env }) => env);
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...flags), fc.string()), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom(...variables), fc.string(), { maxKeys: 3 }),
        (argv, env) => {
          const answer = parseConfig(argv, env);
          if (isConfigError(answer)) expect(answer.message).not.toBe("");
          else expect(Number.isInteger(answer.port)).toBe(true);
        },
      ),
    );
  });
});

describe("[S6] [S29] who can reach the hub", () => {
  it.each(["127.0.0.1", "127.0.0.9", "localhost", "::1", "hub.localhost", "LOCALHOST"])(
    "%s is this machine alone",
    (host) => {
      expect(accepted(["--host", host]).host).toBe(host);
    },
  );

  it.each(["0.0.0.0", "::", "192.168.1.5", "hub.example", "127.0.0.1.example"])(
    "%s needs TLS, or a word that says it may go without",
    (host) => {
      const message = refused(["--host", host]);
      for (const way of ["--tls-cert", "--lan", "--plain-text", "--open"]) expect(message).toContain(way);
      expect(refused([], { HUB_HOST: host })).toBe(message);
      expect(accepted(["--host", host, "--open"])).toMatchObject({ host, open: true, lan: false });
      expect(accepted(["--host", host, "--plain-text"])).toMatchObject({ host, plainText: true, open: false });
      expect(accepted(["--host", host, "--tls-cert", "c.pem", "--tls-key", "k.pem"])).toMatchObject({
        host,
        tlsCert: resolve("c.pem"),
        tlsKey: resolve("k.pem"),
      });
    },
  );

  it.each<[string[], boolean]>([
    [[], false],
    [["--host", "::1"], false],
    [["--lan"], true],
    [["--host", "192.168.1.5", "--plain-text"], true],
    [["--host", "hub.example", "--tls-cert", "c.pem", "--tls-key", "k.pem"], true],
    [["--host", "192.168.1.5", "--open"], false],
    [["--trust-proxy", "loopback"], true],
    [["--trust-proxy", "loopback", "--open"], false],
  ])("%j asks strangers for a token: %s", (argv, asks) => {
    expect(needsSignIn(accepted(argv))).toBe(asks);
  });

  it("--lan is all addresses, with IPv6 or without", () => {
    expect(accepted(["--lan"])).toMatchObject({ host: "::", lan: true, newToken: false });
    expect(accepted(["--lan", "--host", "0.0.0.0", "--new-token"])).toMatchObject({ host: "0.0.0.0", newToken: true });
  });

  it.each([
    [["--lan", "--open"], "choose one"],
    [["--lan", "--host", "127.0.0.1"], "choose one"],
    [["--lan", "--host", "192.168.1.5"], "choose one"],
    [["--new-token"], "where one is asked for"],
    [["--new-token", "--host", "192.168.1.5", "--open"], "where one is asked for"],
    [["--tls-cert", "c.pem"], "--tls-cert is one half of a pair"],
    [["--tls-key", "k.pem"], "--tls-key is one half of a pair"],
    [["--tls-cert", "c.pem", "--tls-key", "k.pem", "--plain-text"], "choose one"],
  ])("%j contradicts itself", (argv, words) => {
    expect(refused(argv)).toContain(words);
  });
});

describe("--help", () => {
  it("lists every flag with its variable and default, and ends well", () => {
    const answer = parseConfig(["--help"], {});
    if (!isConfigError(answer)) throw new Error("help started a hub");
    expect(answer.exitCode).toBe(0);
    const text = answer.message.replace(/\s+/g, " ");
    for (const { flag, env, fallback } of settings) {
      expect(text).toContain(flag);
      expect(text).toContain(`${env}; default ${fallback})`);
    }
  });

  it("has --version beside it", () => {
    expect(parseConfig(["--version"], {})).toEqual({ exitCode: 0, message: hubVersion });
  });
});
