import type { LinkPorts } from "../../simulator/link.ts";
import type { FakeClock } from "./fake-clock.ts";

/** What a link, or a fleet of them, asks of the world, by a clock that is turned by hand. `random`: what its back-off draws; 1 takes the whole span. */
export function linkPorts(clock: FakeClock, random: () => number = () => 1): LinkPorts {
  return {
    now: () => clock.now(),
    after: (delayMs, call) => {
      const timer = clock.after(delayMs, call);
      return () => timer.cancel();
    },
    random,
  };
}
