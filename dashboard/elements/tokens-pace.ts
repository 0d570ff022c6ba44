import type { TokensAnswer } from "../../server/protocol/index.ts";

const shortestMs = 5_000;
const longestMs = 120_000;
/** Of so many more tokens the list is asked for a second less often. */
const tokensASecond = 50;

/**
 * From question to question, ms: 10,000 tokens are three megabytes, which nobody wants every 5 s. What somebody does here is
 * seen at once all the same, and so is the list when the page is looked at again.
 */
export function tokensEveryMs(answer: TokensAnswer | undefined): number {
  const count = answer?.tokens.length ?? 0;
  return Math.min(longestMs, Math.max(shortestMs, Math.round((count / tokensASecond) * 1_000)));
}
