/** The frame of a text that many sockets get (RFC 6455, 5.2): made once, and one piece, so that each costs one small write. */

/** By text, for as long as somebody holds it. */
const frames = new WeakMap<Buffer, Buffer>();

/** An unmasked text frame, the same for the same buffer; its content must not change. */
export function textFrameOf(text: Buffer): Buffer {
  const known = frames.get(text);
  if (known) return known;
  const frame = makeFrame(text);
  frames.set(text, frame);
  return frame;
}

function makeFrame(text: Buffer): Buffer {
  const { length } = text;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = 0x81;
  if (head === 2) frame[1] = length;
  else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  text.copy(frame, head);
  return frame;
}
