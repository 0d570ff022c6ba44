/** What the fuzzer writes to a bare socket: WebSocket frames that RFC 6455 knows and does not know, and requests of HTTP. */
import fc from "fast-check";
import { anyFrame, mutate } from "./messages.ts";

/** What one connection brings. */
export interface RawInput {
  readonly kind: "websocket" | "http";
  /** Frames, where it is a WebSocket's; else requests. */
  readonly count: number;
  /** Written one after the other, each when the one before has left. */
  readonly pieces: readonly Buffer[];
}

interface FrameShape {
  readonly first: number;
  readonly masked: boolean;
  readonly mask: number;
  readonly length: "right" | "short" | "long" | "huge" | "negative";
  readonly wide: "least" | "16" | "64";
  readonly payload: Buffer;
}

/** A frame, whatever its head says of its length. */
function frameBytes({ first, masked, mask, length, wide, payload }: FrameShape): Buffer {
  const real = payload.length;
  const said = { right: real, short: Math.max(0, real - 1), long: real + 7, huge: 2 ** 40, negative: 2 ** 53 }[length];
  const size = wide === "least" ? (said < 126 ? 7 : said < 65_536 ? 16 : 64) : Number(wide);
  const head = Buffer.alloc(size === 7 ? 2 : size === 16 ? 4 : 10);
  head[0] = first;
  head[1] = (masked ? 0x80 : 0) | (size === 7 ? said : size === 16 ? 126 : 127);
  if (size === 16) head.writeUInt16BE(said % 65_536, 2);
  if (size === 64) {
    head.writeUInt32BE(length === "negative" ? 0xff_ff_ff_ff : Math.floor(said / 2 ** 32), 2);
    head.writeUInt32BE(said % 2 ** 32, 6);
  }
  if (!masked) return Buffer.concat([head, payload]);
  const key = Buffer.alloc(4);
  key.writeUInt32BE(mask);
  return Buffer.concat([head, key, payload.map((byte, at) => byte ^ (key[at % 4] ?? 0))]);
}

const payload = fc.oneof(
  { weight: 4, arbitrary: anyFrame.filter((bytes) => bytes.length < 4_000) },
  fc.uint8Array({ maxLength: 130 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(Buffer.alloc(0), Buffer.from([3, 0xe8]), Buffer.from([0xc3]), Buffer.alloc(126, 97)),
);
const often = <T>(usual: T, other: fc.Arbitrary<T>) => fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, other);
const frame = fc.record<FrameShape>({
  // FIN and text, ping, pong, close, first and last fragments; then anything, reserved bits and opcodes included.
  first: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(0x81, 0x81, 0x82, 0x89, 0x8a, 0x01, 0x00, 0x80) },
    fc.nat(255),
  ),
  masked: often(true, fc.constant(false)),
  mask: fc.oneof(fc.constant(0), fc.nat()),
  length: often("right", fc.constantFrom("short", "long", "huge", "negative")),
  wide: often("least", fc.constantFrom("16", "64")),
  payload,
});

const edit = fc.record({
  at: fc.nat(),
  how: fc.constantFrom("flip", "set", "insert", "cut", "copy", "truncate"),
  byte: fc.nat({ max: 255 }),
  length: fc.nat({ max: 12 }),
});

function harmed(bytes: Buffer, edits: readonly Parameters<typeof mutate>[1][]): Buffer {
  return edits.reduce<Buffer>((before, one) => mutate(before, one), bytes);
}

const websocket: fc.Arbitrary<RawInput> = fc
  .tuple(fc.array(frame, { minLength: 1, maxLength: 8 }), fc.oneof(fc.constant([]), fc.array(edit, { maxLength: 3 })))
  .map(([frames, edits]) => {
    const bytes = frames.map(frameBytes);
    const whole = edits.length > 0 ? [harmed(Buffer.concat(bytes), edits)] : bytes;
    return { kind: "websocket", count: frames.length, pieces: whole };
  });

const paths = [
  ...["/", "/ws", "/health", "/ready", "/metrics", "/openapi.json", "/protocol.json", "/index.html", "*", "/ws/../x"],
  ...["devices", "devices/fuzz%2F1", "device?id=fuzz/1", "devices/%2e%2e%2f", "devices/a/refused", "series", "latest"],
  ...["readings", "readings?device=fuzz/1&metric=a", "readings?device=*&points=9&format=csv", "status", "arrivals"],
  ...[
    "series/1",
    "series/1/merge?into=2",
    "states?device=fuzz/1&metric=door",
    "gaps?device=fuzz/1",
    "storage",
    "nothing",
  ],
].map((path) => (/^[/*]/.test(path) ? path : `/api/v1/${path}`));
const requestLine = fc.tuple(
  fc.constantFrom("GET", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PRI", "get"),
  fc.oneof(
    fc.constantFrom(...paths),
    fc.string({ maxLength: 20 }).map(pathOfText),
    fc.nat(9_000).map((n) => `/${"a".repeat(n)}`),
  ),
  fc.constantFrom("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9", ""),
);
const header = fc.oneof(
  fc.constantFrom(
    ...[
      "Host: localhost",
      "Host: evil.example",
      "Host:",
      "Origin: null",
      "Origin: http://evil.example",
      "Expect: 100-continue",
    ],
    ...[
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Upgrade: h2c",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Version: 99",
    ],
    ...[
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
      "Sec-WebSocket-Key: x",
      "Sec-WebSocket-Protocol: telemetry.v1,,",
    ],
    ...[
      "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99",
      "Transfer-Encoding: chunked",
      "Range: bytes=-1",
    ],
    ...[
      "Content-Length: 5",
      "Content-Length: -1",
      "Content-Length: 99999999999",
      "Content-Encoding: gzip",
      "Accept: text/csv",
    ],
    ...[
      "Authorization: Bearer x",
      "Authorization: Basic x",
      "X-Forwarded-For: 1.2.3.4",
      "If-None-Match: *",
      "TE: trailers",
    ],
  ),
  fc
    .tuple(fc.string({ maxLength: 12 }), fc.string({ unit: "binary", maxLength: 40 }))
    .map(([name, value]) => `${name}: ${value}`),
  fc.nat(20_000).map((n) => `X-Long: ${"a".repeat(n)}`),
);
const request = fc
  .tuple(
    requestLine,
    fc.array(header, { maxLength: 8 }),
    fc.boolean(),
    fc.oneof(fc.constant(Buffer.alloc(0)), anyFrame),
  )
  .map(([line, headers, whole, body]) => {
    const length = whole ? ["Host: localhost", `Content-Length: ${body.length}`] : [];
    return Buffer.concat([Buffer.from([line.join(" "), ...length, ...headers, "", ""].join("\r\n")), body]);
  });
const http: fc.Arbitrary<RawInput> = fc
  .tuple(fc.array(request, { minLength: 1, maxLength: 3 }), fc.oneof(fc.constant([]), fc.array(edit, { maxLength: 3 })))
  .map(([requests, edits]) => ({
    kind: "http",
    count: requests.length,
    pieces: edits.length > 0 ? [harmed(Buffer.concat(requests), edits)] : requests,
  }));

/** A space would end the address. */
function pathOfText(text: string): string {
  return `/${encodeURI(text.toWellFormed())}`;
}

/** What so many connections bring, by a seed: every fifth one speaks HTTP. */
export function rawInputsOf(seed: number, count: number): RawInput[] {
  return fc.sample(fc.oneof({ weight: 4, arbitrary: websocket }, http), { seed, numRuns: count });
}
