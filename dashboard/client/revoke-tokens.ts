import { type HubApi, HubRefusal } from "./hub-api.ts";
import { type ManyDone, orderMany } from "./many.ts";

/** Revokes tokens by their ids; answers those that are worth nothing now, also where somebody else was first. */
export function revokeTokens(
  api: Pick<HubApi, "delete">,
  ids: readonly string[],
  told?: (over: number) => void,
): Promise<ManyDone<string>> {
  const revoke = async (id: string): Promise<string> => {
    try {
      await api.delete(`tokens/${encodeURIComponent(id)}`);
    } catch (error) {
      if (!(error instanceof HubRefusal && error.code === "not_found")) throw error;
    }
    return id;
  };
  return orderMany(ids, revoke, told);
}
