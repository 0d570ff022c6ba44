/** How far a sender's clock may be off. */

/** Readings may be this far ahead of the hub's clock, ms; beyond it they are set aside. */
export const maxAheadMs = 5 * 60_000;
