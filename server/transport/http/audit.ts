import type { AuditAnswer } from "../../protocol/access.ts";
import { parseAuditQuery } from "../../protocol/query.ts";
import { readCursor, writeCursor } from "./paging.ts";
import type { Handler } from "./route.ts";

/** `GET audit`: who changed what, newest first. */
export const getAudit: Handler = async ({ context, query }) => {
  const { limit, cursor } = parseAuditQuery(query);
  const [before] = readCursor("audit", cursor, 1);
  const found = await context.store.access.audit(before === undefined ? undefined : Number(before), limit + 1);
  const entries = found
    .slice(0, limit)
    .map(({ atMs, ...entry }) => ({ ...entry, at: atMs, details: { ...entry.details } }));
  const last = entries.at(-1);
  const next = last && found.length > limit ? writeCursor("audit", [String(last.number)]) : null;
  return { json: { entries, next } satisfies AuditAnswer };
};
