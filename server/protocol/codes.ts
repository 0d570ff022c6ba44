/** Refusals are data: one table of error codes and one of close codes, shared by hub, devices, viewers and HTTP. No zod here, so that pages may import it. */
interface ErrorRule {
  /** HTTP status of a request refused with this code. */
  readonly http: 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 503 | 507;
  /** True where the same message may succeed later, unchanged. */
  readonly retryable: boolean;
}

/** The closed list of error codes. */
export const errorRules = {
  invalid_json: { http: 400, retryable: false },
  unknown_type: { http: 400, retryable: false },
  invalid_message: { http: 400, retryable: false },
  unknown_field: { http: 400, retryable: false },
  already_identified: { http: 409, retryable: false },
  hello_required: { http: 400, retryable: false },
  not_signed_in: { http: 401, retryable: false },
  not_allowed: { http: 403, retryable: false },
  invalid_name: { http: 400, retryable: false },
  invalid_value: { http: 400, retryable: false },
  type_mismatch: { http: 400, retryable: false },
  time_ahead: { http: 400, retryable: false },
  time_suspicious: { http: 400, retryable: false },
  too_many_readings: { http: 413, retryable: false },
  frame_too_large: { http: 413, retryable: false },
  too_deep: { http: 400, retryable: false },
  rate_limited: { http: 429, retryable: true },
  resend_from: { http: 409, retryable: true },
  store_unavailable: { http: 503, retryable: true },
  storage_full: { http: 507, retryable: true },
  overloaded: { http: 503, retryable: true },
  unknown_device: { http: 404, retryable: false },
  unknown_series: { http: 404, retryable: false },
  unknown_command: { http: 404, retryable: false },
  invalid_query: { http: 400, retryable: false },
  range_too_large: { http: 400, retryable: false },
  not_found: { http: 404, retryable: false },
  conflict: { http: 409, retryable: false },
  expired: { http: 409, retryable: false },
  internal: { http: 500, retryable: true },
} as const satisfies Record<string, ErrorRule>;

export type ErrorCode = keyof typeof errorRules;

export const errorCodes = Object.keys(errorRules) as ErrorCode[];

/** Error codes of frames that could not be read at all; 20 in a row end the connection. */
export const unreadableCodes: ReadonlySet<ErrorCode> = new Set([
  "invalid_json",
  "unknown_type",
  "invalid_message",
  "too_deep",
]);

/** Why a socket was closed, and whether its owner should come back by itself. */
export const closeRules = {
  1001: { name: "going away", comeBack: true },
  1012: { name: "restart", comeBack: true },
  1008: { name: "too many unreadable frames", comeBack: true },
  1009: { name: "frame too large", comeBack: true },
  4401: { name: "not signed in", comeBack: false },
  4403: { name: "not allowed", comeBack: false },
  4408: { name: "no answer in time", comeBack: true },
  4409: {
    name: "replaced by a newer connection of this device",
    comeBack: false,
  },
  4429: { name: "too slow, or too much for now", comeBack: true },
} as const satisfies Record<number, { name: string; comeBack: boolean }>;

export type CloseCode = keyof typeof closeRules;

/** Whether a client should come back by itself after this close code; unknown codes (1006 among them) say yes. */
export function shouldComeBack(code: number): boolean {
  return closeRules[code as CloseCode]?.comeBack ?? true;
}
