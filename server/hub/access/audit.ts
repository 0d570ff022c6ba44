/** Who changed what, as it is kept. */
import type { Clock } from "../../ports.ts";
import type { AccessChange } from "../../store/access.ts";
import type { Principal } from "./principal.ts";

/** Who asks for a change, and from where. */
export interface Actor {
  readonly who: string;
  readonly address: string;
}

/** A token is never taken for the person whose name somebody gave it. */
export function actorOf(principal: Principal | undefined, address: string): Actor {
  if (!principal || principal.kind === "open") return { who: "", address };
  const { kind, name, id } = principal;
  return { who: kind === "person" ? name : `${name || id} (${kind})`, address };
}

/** One entry of the log, to be written with the change itself. `action` is the operation's id; `details` hold no secret. */
export function audited(
  clock: Clock,
  { who, address }: Actor,
  action: string,
  subject: string,
  details: Readonly<Record<string, unknown>>,
): AccessChange {
  return { put: "audit", record: { atMs: clock.now(), who, address, action, subject, details } };
}
