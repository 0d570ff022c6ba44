/** The process that floods: orders `{port, kind}` begin, `"stop"` ends, each is answered. */
import { constants, setPriority } from "node:os";
import { type Flood, type Kind, startFlood } from "./kinds.ts";

export type FloodOrder = { readonly port: number; readonly kind: Kind } | "stop";

// A flood comes from another machine. What it takes of the cores of this one to send is no part of what it does to others:
// it gets what nobody else wants, which is more than the hub takes of it.
setPriority(constants.priority.PRIORITY_LOW);

let flood: Flood | undefined;
process.on("message", (order: FloodOrder) => {
  if (order === "stop") {
    const bytes = flood?.bytes ?? 0;
    flood?.stop();
    flood = undefined;
    process.send?.(bytes);
  } else {
    flood = startFlood(order.port, order.kind);
    process.send?.(0);
  }
});
// Whoever started it is gone.
process.on("disconnect", () => process.exit(0));
