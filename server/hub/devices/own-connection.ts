/** A device's own connection, as far as presence is concerned. */

/**
 * Why a connection ended. `clean`: the device said goodbye, as a sensor does that sleeps between reports, or a newer
 * connection is about to take its place. After all else it is offline, unless it is back within two seconds.
 */
export interface ConnectionEnd {
  readonly reason: "closed" | "timeout" | "replaced";
  readonly clean: boolean;
}

/** A device's own connection, as the session holds it. */
export interface PresenceConnection {
  /** Idempotent; of no effect once a newer connection of the device has taken its place. */
  closed(end: ConnectionEnd): void;
}

/** One object for each connection, and one function for all. */
export class OwnConnection<Of> implements PresenceConnection {
  readonly of: Of;
  readonly #onClosed: (connection: OwnConnection<Of>, end: ConnectionEnd) => void;

  constructor(of: Of, onClosed: (connection: OwnConnection<Of>, end: ConnectionEnd) => void) {
    this.of = of;
    this.#onClosed = onClosed;
  }

  closed(end: ConnectionEnd): void {
    this.#onClosed(this, end);
  }
}
