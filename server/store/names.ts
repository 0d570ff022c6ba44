/** What the store is asked about the names of series. */

/** Whoever sends this metric of this device means that one. Another name's own target is never another name itself. */
export interface Alias {
  readonly device: string;
  readonly metric: string;
  readonly toDevice: string;
  readonly toMetric: string;
}

/**
 * A series is known by its number, whatever it is called. Other names are kept by name, not by number: they outlive a series
 * that is emptied and comes again. Those of a device go with it, and so do those that lead to it.
 */
export interface NameStore {
  /**
   * Calls a series otherwise, in one step with what is known of its metric; its old name and all that led to it lead to the new
   * one from then on. The new name must be free: of no series of the device, and no other name of another series. An unknown
   * number changes nothing. Resolves once durable.
   */
  rename(series: number, metric: string): Promise<void>;

  /** Forgets that this metric of this device leads elsewhere. Resolves once durable. */
  removeAlias(device: string, metric: string): Promise<void>;
}
