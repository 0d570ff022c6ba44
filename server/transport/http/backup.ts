import type { BackupAnswer } from "../../protocol/backup.ts";
import { decodeBackupOrder } from "../../protocol/backup.ts";
import { Refusal } from "../../protocol/errors.ts";
import { BackupError } from "../../store/backups.ts";
import { type Handler, onlyParameters } from "./route.ts";

/** `POST backup`: a copy of everything, written where the hub runs, and answered once it was read back. For programs of that machine alone. */
export const postBackup: Handler = async ({ context, query, local, body }) => {
  onlyParameters(query);
  if (!local) {
    throw new Refusal(
      "not_allowed",
      "A copy is written on the hub's own machine and is made for programs of that machine alone: npm run backup there, and fetch it.",
    );
  }
  const order = decodeBackupOrder((await body()).text, context.limits);
  if (order instanceof Refusal) throw order;
  const made = await context.store.backup?.({ ...order, force: order.force ?? false }).catch((error: unknown) => {
    throw error instanceof BackupError ? new Refusal(error.code, error.message) : error;
  });
  if (!made) throw new Refusal("store_unavailable", "This hub keeps its readings in memory: there is nothing to copy.");
  const { bytes, readings, series, ms } = made;
  context.log.info("the data was copied and the copy read back", {
    file: order.file,
    bytes,
    readings,
    ms: Math.round(ms),
  });
  return { json: { file: order.file, bytes, readings, series, ms } satisfies BackupAnswer };
};
