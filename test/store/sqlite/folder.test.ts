import { describe, expect, it } from "vitest";
import { createSqliteStore } from "../../../server/store/sqlite/sqlite-store.ts";

describe("the folder of a store", () => {
  const missing = process.platform === "linux" ? undefined : "/proc is there on Linux alone";
  // Node's own recursive mkdir never returns where the system answers ENOENT although the parent is there.
  it.skipIf(missing)(
    `is refused at once where the system makes no folder${missing ? `: ${missing}` : ""}`,
    async () => {
      const store = createSqliteStore({ folder: "/proc/no/such/folder", onFatal: () => {} });
      await expect(store.open()).rejects.toMatchObject({ name: "StoreOpenError", reason: "not_writable" });
    },
  );
});
