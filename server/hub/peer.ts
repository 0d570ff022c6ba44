/** The other end of a connection, as a transport hands it to the hub. */
import type { CloseCode } from "../protocol/codes.ts";
import type { Principal } from "./access/principal.ts";

export interface Peer {
  /** Where it comes from, for the log and for people: an address, or "http". */
  readonly address: string;
  /** True for an Origin of `null` (a file, a sandboxed frame): device messages only, without take-over or commands. */
  readonly restricted: boolean;
  /** Who it is, as far as the request showed; undefined where its first message has still to bring a token. */
  readonly principal: Principal | undefined;
  /** Sends one text frame, as text or as its UTF-8, which must not change: for frames that many peers get, each the same piece of memory. Ignored once the connection is closing. */
  send(text: string | Buffer): void;
  /**
   * What it sent took the hub so long beyond being read, ms: it has so much less of its turn. What waits to leave leaves now,
   * and counts too.
   */
  took(ms: number): void;
  /** Bytes handed to the connection and not yet taken by the kernel. */
  bufferedBytes(): number;
  /** Stops reading, so that TCP slows the sender; a paused peer has no pong deadline. */
  pause(): void;
  resume(): void;
  /** Closes with a code; what was sent before still goes out. */
  close(code: CloseCode, reason: string): void;
  /** Cuts at once, without a close frame: for a peer that does not read. */
  terminate(): void;
}
