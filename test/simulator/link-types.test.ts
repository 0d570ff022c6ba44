import { describe, expectTypeOf, it } from "vitest";
import type * as contract from "../../server/protocol/index.ts";
import type * as link from "../../simulator/link/messages.ts";

/** Checked by the compiler (`npm run check`); at run time there is nothing to see. */
describe("types of the link", () => {
  it("are those of the contract for what a device says of itself", () => {
    expectTypeOf<link.DeviceMeta>().toEqualTypeOf<contract.DeviceMeta>();
    expectTypeOf<link.MetricMeta>().toEqualTypeOf<contract.MetricMeta>();
    expectTypeOf<link.Value>().toEqualTypeOf<contract.Row["value"]>();
  });

  it("take whatever a hub may say", () => {
    expectTypeOf<contract.HubToDevice>().toExtend<link.FromHub>();
    expectTypeOf<contract.DeviceWelcome>().toExtend<link.Welcome>();
    expectTypeOf<contract.Ack>().toExtend<link.Ack>();
    expectTypeOf<contract.Rejection>().toEqualTypeOf<link.Rejection>();
    expectTypeOf<contract.ErrorMessage>().toExtend<link.ErrorMessage>();
  });

  it("know every field that the contract has", () => {
    expectTypeOf<keyof link.Ack>().toEqualTypeOf<keyof contract.Ack>();
    expectTypeOf<keyof link.ErrorMessage>().toEqualTypeOf<keyof contract.ErrorMessage>();
    expectTypeOf<contract.HubToDevice["type"]>().toEqualTypeOf<link.FromHub["type"]>();
  });
});
