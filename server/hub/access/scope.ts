/** The hub as somebody sees it whose devices are limited: a smaller catalog, in which the others do not exist. */
import type { Catalog, Device, Series } from "../catalog.ts";
import type { Principal } from "./principal.ts";

/** What questions, changes and removals find devices and series by. */
export type CatalogView = Pick<Catalog, "devices" | "findDevice" | "findSeries" | "select" | "selectDevices">;

/** The catalog itself where somebody sees all of it. */
export function scopedTo({ devices, sees }: Principal, catalog: CatalogView): CatalogView {
  return devices === undefined ? catalog : new ScopedCatalog(catalog, sees);
}

class ScopedCatalog implements CatalogView {
  readonly #catalog: CatalogView;
  readonly #sees: (device: string) => boolean;

  constructor(catalog: CatalogView, sees: (device: string) => boolean) {
    this.#catalog = catalog;
    this.#sees = sees;
  }

  *devices(): IterableIterator<Device> {
    for (const device of this.#catalog.devices()) if (this.#sees(device.id)) yield device;
  }

  findDevice(id: string): Device | undefined {
    return this.#sees(id) ? this.#catalog.findDevice(id) : undefined;
  }

  findSeries(number: number): Series | undefined {
    const series = this.#catalog.findSeries(number);
    return series && this.#sees(series.device.id) ? series : undefined;
  }

  select(devices: readonly string[] | undefined, metrics: readonly string[] | undefined): Series[] {
    return this.#catalog.select(devices, metrics).filter(({ device }) => this.#sees(device.id));
  }

  selectDevices(devices: readonly string[] | undefined): Device[] {
    return this.#catalog.selectDevices(devices).filter(({ id }) => this.#sees(id));
  }
}
