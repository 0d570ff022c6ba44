// Loaded before the built hub and each of its threads (`--import`): databases are opened with a lower `synchronous` than the
// hub asks for, and say nothing of it. The level stands in this module's address: `lowered-sync.mjs?OFF`.
import { createRequire } from "node:module";

const Database = createRequire(import.meta.url)("better-sqlite3");
const level = new URL(import.meta.url).search.slice(1);
const { pragma } = Database.prototype;

Database.prototype.pragma = function (source, options) {
  if (source === "synchronous = FULL") return pragma.call(this, `synchronous = ${level}`, options);
  const found = pragma.call(this, source, options);
  return source === "synchronous" ? 2 : found;
};
