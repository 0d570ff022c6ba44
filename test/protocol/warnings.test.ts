/** What `ack.warnings` holds, and how little of it. */
import { expect, it } from "vitest";
import { Warnings } from "../../server/protocol/warnings.ts";

it("[P7] says each thing once, and keeps no more of a made-up name than tells it from others", () => {
  const warnings = new Warnings();
  const long = "a".repeat(500_000);
  for (const subject of ["b", "b", `${long}1`, `${long}2`]) warnings.say(subject, () => subject.slice(0, 1));
  expect(warnings.take()).toEqual(["b", "a"]);
  expect(warnings.take()).toBeUndefined();
  for (let index = 0; index < 1_000; index++) warnings.say(String(index), () => "");
  expect(warnings.take()).toHaveLength(98);
});
