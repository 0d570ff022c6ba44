/** The other end of a connection, without one: remembers what it was sent, and reads as fast as a test wants. */
import { openPrincipal, type Principal } from "../../server/hub/access/principal.ts";
import type { Peer } from "../../server/hub/peer.ts";
import type { CloseCode } from "../../server/protocol/codes.ts";

export class FakePeer implements Peer {
  readonly address: string;
  readonly restricted: boolean;
  principal: Principal | undefined = openPrincipal;
  /** Everything sent, as text. */
  readonly texts: string[] = [];
  paused = false;
  terminated = false;
  closed: { code: CloseCode; reason: string } | undefined;
  /** True while the other end takes nothing. */
  stalled = false;
  #buffered = 0;
  #waiting: { met: () => boolean; resolve: () => void }[] = [];

  constructor(address = "127.0.0.1:50000", restricted = false) {
    this.address = address;
    this.restricted = restricted;
  }

  /** Everything sent, parsed. */
  get messages(): Record<string, unknown>[] {
    return this.texts.map((text) => JSON.parse(text) as Record<string, unknown>);
  }

  /** Messages of one type. */
  of(type: string): Record<string, unknown>[] {
    return this.messages.filter((message) => message.type === type);
  }

  /** Resolves once `count` messages were sent. */
  until(count: number): Promise<void> {
    return this.#wait(() => this.texts.length >= count);
  }

  /** Resolves once `count` messages of this type were sent. */
  untilOf(type: string, count = 1): Promise<void> {
    return this.#wait(() => this.of(type).length >= count);
  }

  send(text: string | Buffer): void {
    if (this.terminated || this.closed) return;
    this.texts.push(String(text));
    if (this.stalled) this.#buffered += text.length;
    const ready = this.#waiting.filter(({ met }) => met());
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    for (const { resolve } of ready) resolve();
  }

  took(): void {}

  bufferedBytes(): number {
    return this.#buffered;
  }

  /** The other end takes `bytes` of what waits. */
  take(bytes: number): void {
    this.#buffered = Math.max(0, this.#buffered - bytes);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  close(code: CloseCode, reason: string): void {
    this.closed ??= { code, reason };
  }

  terminate(): void {
    this.terminated = true;
  }

  #wait(met: () => boolean): Promise<void> {
    return met() ? Promise.resolve() : new Promise((resolve) => this.#waiting.push({ met, resolve }));
  }
}
