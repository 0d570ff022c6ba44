/** The process that floods: orders `{port, kind}` begin, `"stop"` ends, each is answered. */
import { type Flood, type Kind, startFlood } from "./kinds.ts";

export type FloodOrder = { readonly port: number; readonly kind: Kind } | "stop";

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
