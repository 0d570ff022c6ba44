/** WebSocket frames over raw sockets: a client library would cost the load generator more than it costs the server. */
import { once } from "node:events";
import { request } from "node:http";
import type { Socket } from "node:net";

/** A text frame as a client has to send it (RFC 6455, 5.3). `text` is ASCII, shorter than 64 KiB. */
export function maskedFrame(text: string, mask: number): Buffer {
  const head = text.length < 126 ? 6 : 8;
  const frame = Buffer.allocUnsafe(head + text.length);
  frame[0] = 0x81;
  if (head === 6) frame[1] = 0x80 | text.length;
  else {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(text.length, 2);
  }
  frame.writeUInt32BE(mask >>> 0, head - 4);
  for (let at = 0; at < text.length; at++) {
    frame[head + at] = text.charCodeAt(at) ^ (frame[head - 4 + (at & 3)] as number);
  }
  return frame;
}

/** The text of a `maskedFrame`. */
export function textOf(frame: Buffer): string {
  const head = frame[1] === (0x80 | 126) ? 8 : 6;
  return Buffer.from(frame.subarray(head).map((byte, at) => byte ^ (frame[head - 4 + (at & 3)] as number))).toString();
}

/** A message outside of what is measured. */
export function messageFrame(message: object): Buffer {
  return maskedFrame(JSON.stringify(message), 0x1f2e3d4c);
}

/** The answer to a ping that holds nothing. */
const pong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/** Opens `/ws` and calls `onText` with the payload of each text frame, valid during the call. A close by the server throws. */
export async function openWebSocket(port: number, onText: (payload: Buffer) => void): Promise<Socket> {
  const headers = {
    connection: "upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": Buffer.alloc(16, 7).toString("base64"),
  };
  const upgrade = request({ host: "127.0.0.1", port, path: "/ws", headers });
  upgrade.end();
  const [, socket, head] = (await once(upgrade, "upgrade")) as [unknown, Socket, Buffer];
  let unread: Buffer = Buffer.alloc(0);
  const read = (bytes: Buffer): void => {
    let rest = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
    for (let frame = nextFrame(rest); frame; frame = nextFrame(rest)) {
      rest = rest.subarray(frame.end);
      if (frame.opcode === 1) onText(frame.payload);
      else if (frame.opcode === 9) socket.write(pong);
      else if (frame.opcode === 8) throw new Error(`the server closed the connection: ${frame.payload}`);
    }
    unread = rest;
  };
  socket.setNoDelay(true);
  if (head.length > 0) read(head);
  socket.on("data", read);
  return socket;
}

/** The first whole frame of a server, or undefined. */
function nextFrame(bytes: Buffer): { opcode: number; payload: Buffer; end: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = (bytes[1] as number) & 0x7f;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < head) return undefined;
  const length = head === 2 ? short : head === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const end = head + length;
  if (bytes.length < end) return undefined;
  return { opcode: (bytes[0] as number) & 0x0f, payload: bytes.subarray(head, end), end };
}
