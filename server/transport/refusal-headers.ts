/** What the head of a refusal says to programs that know HTTP alone. */
import { errorRules } from "../protocol/codes.ts";
import type { Refusal } from "../protocol/errors.ts";

/** Requests that cannot be met now may come again after so long, s. */
const retryAfterSeconds = 1;

/** Headers of a refusal: when to try again, and how to sign in. */
export function refusalHeaders({ code, details }: Refusal): Readonly<Record<string, string>> {
  const { retryable, http } = errorRules[code];
  return {
    ...(retryable ? { "Retry-After": String(details?.retryAfter ?? retryAfterSeconds) } : {}),
    ...(http === 401 ? { "WWW-Authenticate": 'Bearer realm="telemetry hub"' } : {}),
  };
}
