/** A hub with people, as the tests of access meet it. */
import type { Client } from "../../support/client.ts";
import type { TestHub } from "../../support/start-hub.ts";

export const password = "correct horse";

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

export class AccessWorld {
  readonly hub: TestHub;
  /** The cookie of the first admin. */
  readonly admin: Record<string, string>;

  private constructor(hub: TestHub, admin: Record<string, string>) {
    this.hub = hub;
    this.admin = admin;
  }

  /** Makes the first admin, "ada". */
  static async setUp(hub: TestHub): Promise<AccessWorld> {
    const order = { code: hub.setupCode, name: "ada", password };
    const { headers, status, body } = await askOf(hub, "POST", "setup", {}, order);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return new AccessWorld(hub, cookieOf(headers));
  }

  ask(method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<Answered> {
    return askOf(this.hub, method, path, headers, body);
  }

  /** Adds a person, signs them in, and tells their cookie. */
  async person(name: string, role: string, devices?: readonly string[]): Promise<Record<string, string>> {
    const order = { name, role, password, ...(devices ? { devices } : {}) };
    const { status, body } = await this.ask("POST", "people", this.admin, order);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return this.signIn(name);
  }

  async signIn(name: string, with_ = password): Promise<Record<string, string>> {
    const { status, headers, body } = await this.ask("POST", "session", {}, { name, password: with_ });
    if (status !== 200) throw new Error(JSON.stringify(body));
    return cookieOf(headers);
  }

  /** Makes a token and tells it. */
  async token(order: object, headers = this.admin): Promise<string> {
    const { status, body } = await this.ask("POST", "tokens", headers, order);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body.token;
  }

  /** Id of a person or a token, by name. */
  async idOf(of: "people" | "tokens", name: string): Promise<string> {
    const { body } = await this.ask("GET", of, this.admin);
    return body[of].find((one: { name: string }) => one.name === name).id;
  }
}

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

async function askOf(
  hub: TestHub,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<Answered> {
  const isText = typeof body === "string";
  const response = await fetch(`${hub.url}/api/v1/${path}`, {
    method,
    headers: { ...headers, ...(body === undefined || isText ? {} : { "Content-Type": "application/json" }) },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

function cookieOf(headers: Headers): Record<string, string> {
  return { Cookie: (headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
}

/** A connection that says who it is; what it is told is still to be taken. */
export async function hello(hub: TestHub, device: string, token: string): Promise<Client> {
  const client = await hub.connect();
  client.send({ type: "hello", device, token });
  return client;
}

export const row = (device: string | undefined, value = 1) => ({ metric: "m", value, ...(device ? { device } : {}) });
/** Of a device's own making: more than 128 bits. */
export const ownToken = "b1c2d3e4f5a6978877665544332211aa";
