/** The door of the contract for the dashboard, the simulator and the tests. Types cost nothing; schemas bring zod. */
export * from "./codes.ts";
export * from "./device.ts";
export * from "./duration.ts";
export * from "./errors.ts";
export * from "./http.ts";
export * from "./keep.ts";
export * from "./ladder.ts";
export * from "./limits.ts";
export * from "./masks.ts";
export * from "./metadata.ts";
export * from "./nearest.ts";
export * from "./past.ts";
export * from "./selector.ts";
export * from "./storage.ts";
export * from "./tiers.ts";
export * from "./values.ts";
export * from "./viewer.ts";
