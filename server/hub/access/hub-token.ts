/** The token that `--lan` makes, so that a first device can send before anybody has an account: one for all devices, among the others. */
import type { Clock } from "../../ports.ts";
import type { AccessChange, TokenRecord } from "../../store/access.ts";
import { audited } from "./audit.ts";
import type { AccessBook } from "./book.ts";
import { readFormerToken, removeFormerToken } from "./former-token.ts";
import { hashToken, makeId, makeToken } from "./secrets.ts";

/** What it is called. */
export const hubTokenName = "hub token";

const theHub = { who: "", address: "" } as const;

export interface HubTokenOptions {
  /** Where hubs before schema 7 kept theirs. */
  readonly folder: string;
  /** Makes another one, which ends those before. */
  readonly renew: boolean;
  readonly clock: Clock;
}

/**
 * The hub's token as it is to be: taken over from an older hub, made where there are no tokens and no people, or made anew.
 * `token` can be told now and never again; `keep` writes the change, once the hub is sure to run.
 */
export async function openHubToken(
  book: AccessBook,
  { folder, renew, clock }: HubTokenOptions,
): Promise<{ readonly token: string | undefined; readonly keep: () => Promise<void> }> {
  const former = renew ? undefined : await readFormerToken(folder);
  const before = [...book.tokens()].filter(({ kind, name }) => kind === "device" && name === hubTokenName);
  const isNew = renew || (former === undefined && !book.hasTokens && !book.hasPeople);
  const takesOver = former !== undefined && book.tokenOf(former) === undefined;
  // A hub that was cut off in between has it already: the file must not bring it back once it is revoked.
  if (!isNew && !takesOver) return { token: undefined, keep: () => removeFormerToken(folder) };
  const token = isNew ? makeToken() : undefined;
  const record: TokenRecord = {
    ...{ id: makeId(), kind: "device", name: hubTokenName, devices: null, alias: null, role: null },
    hash: token === undefined ? (former as string) : hashToken(token),
    ...{ createdMs: clock.now(), createdBy: "", expiresMs: null, usedMs: null, usedFrom: "", replaces: null },
  };
  const over = renew ? before : [];
  const changes: AccessChange[] = [
    ...over.map(({ id }) => ({ drop: "token", id }) as const),
    { put: "token", record },
    audited(clock, theHub, "addToken", hubTokenName, { kind: "device", devices: null }),
  ];
  return {
    token,
    async keep() {
      await book.change(() => ({ changes, result: undefined }));
      await removeFormerToken(folder);
    },
  };
}
