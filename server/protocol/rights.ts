/**
 * Who may do what: one table of roles and actions. The operations of HTTP name the action that they need, the messages of the
 * socket are judged by the same table, pages hide what cannot be done, and the tests walk over every cell. No zod here, so that
 * pages may import it.
 */

/** Everything that needs a right. */
export const actions = [
  /** See devices, their readings, live and past; take them away as a file. */
  "watch",
  /** See how the hub itself does: figures, storage, what arrives. */
  "status",
  /** Send readings, and say what a device is. */
  "send",
  /** Change names and units, hide readings, merge series, decide on what was set aside. */
  "edit",
  /** Delete readings, series and devices. */
  "remove",
  /** Let devices in: their tokens, their requests; links for guests. */
  "admit",
  /** Say how long what is kept and how much room it may take. */
  "settings",
  /** Copy all data. */
  "backup",
  /** Let people in, change what they may, end their sessions. */
  "people",
  /** Read who changed what. */
  "audit",
] as const;
export type Action = (typeof actions)[number];

/** What people are. */
export const personRoles = ["viewer", "operator", "admin"] as const;
export type PersonRole = (typeof personRoles)[number];

/** What programs are, that read and ask by themselves. */
export const programRoles = ["viewer", "operator"] as const;
export type ProgramRole = (typeof programRoles)[number];

/**
 * Everybody who may be at the other end: people; a device or a gateway with its token; one with a fleet's key; a guest with a
 * link. On an open hub everybody is an admin.
 */
export type Role = PersonRole | "device" | "fleet" | "link";

const viewer = ["watch", "status"] as const;
const operator = [...viewer, "send", "edit", "remove", "admit"] as const;

/** The table. Whose devices are limited by selectors may do this with those devices alone. */
export const rights: Readonly<Record<Role, readonly Action[]>> = {
  viewer,
  operator,
  admin: actions,
  device: ["send"],
  fleet: ["send"],
  link: ["watch"],
};

/** Whether the table allows it. */
export function roleMay(role: Role, action: Action): boolean {
  return rights[role].includes(action);
}
