import type { Texts } from "./languages/en.ts";

type Section = keyof Texts;

const charts: readonly Section[] = ["chart", "export"];

/**
 * What of a language comes together: `shell` with the first load, the others with the page or the dialogs that say it. The
 * build cuts the file of a language by this table; a section may lie in several parts.
 */
export const parts = {
  shell: [
    "product",
    "skipToContent",
    "pages",
    "settings",
    "link",
    "banner",
    "search",
    "trouble",
    "progress",
    "hubTime",
    "guard",
    "counts",
    "theme",
    "list",
    "standing",
    "presence",
    "yesNo",
    "reason",
    "duration",
    "age",
    "ageNow",
    "asOf",
    "device",
    "dialog",
    "range",
  ],
  palette: ["commands", "shortcuts"],
  fleet: ["fleet", "chart"],
  device: [...charts, "deviceView", "deviceMenu", "presenceLine", "gaps", "refused", "quarantine"],
  market: [...charts, "market"],
  explore: [...charts, "explore", "gaps"],
  connect: ["connect", "arrivals"],
  hub: ["hub"],
  storage: ["storage", "deviceMenu"],
  access: ["access", "connect", "password"],
  "sign-in": ["signIn", "setup", "password"],
  dialogs: ["edit", "deletion", "mask", "missing", "naming", "retention"],
} as const satisfies Record<string, readonly Section[]>;

export type PartName = keyof typeof parts;
