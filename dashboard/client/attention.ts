/** Everything by which a browser tells that a connection may be cut, or may be had again. */
import { everySecond } from "./controllers.ts";

interface Attentive {
  /** The network is said to be gone. */
  doubt(): void;
  /** Something changed: the network is back, the page is seen again, the machine slept. */
  wake(): void;
}

/** A timer of one second that comes this late, ms, tells of a machine that slept with the page in sight. */
const sleptMs = 5_000;

/** Tells `link` what happens to this page and its machine. Returns how to end it. */
export function attend(link: Attentive): () => void {
  const wake = () => link.wake();
  const doubt = () => link.doubt();
  const seen = () => {
    if (document.visibilityState === "visible") wake();
  };
  let lastMs = Date.now();
  const endTicks = everySecond.listen(() => {
    const nowMs = Date.now();
    if (nowMs - lastMs > sleptMs) seen();
    lastMs = nowMs;
  });
  const events: [EventTarget, string, () => void][] = [
    [window, "offline", doubt],
    [window, "online", wake],
    [window, "pageshow", wake],
    [document, "visibilitychange", seen],
    [document, "resume", wake],
  ];
  for (const [target, name, call] of events) target.addEventListener(name, call);
  return () => {
    endTicks();
    for (const [target, name, call] of events) target.removeEventListener(name, call);
  };
}
