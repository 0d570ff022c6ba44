/** A browser's socket without a network: the test plays the hub. */
import type { SocketLike } from "../../dashboard/client/link.ts";

export class FakeSocket implements SocketLike {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.closed = true;
  }

  /** The hub accepts. */
  accept(): void {
    this.onopen?.(undefined as never);
  }

  /** The hub sends. */
  say(message: unknown): void {
    this.onmessage?.({ data: typeof message === "string" ? message : JSON.stringify(message) } as never);
  }

  /** The connection ends. */
  end(code: number, reason = ""): void {
    this.onclose?.({ code, reason } as never);
  }

  of(type: string): Record<string, unknown>[] {
    return this.sent.filter((message) => message.type === type);
  }
}
