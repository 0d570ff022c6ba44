/**
 * How long a text or a list may be. zod's own `.min` and `.max` look at `length` before they know what they look at, and compare
 * what a sender wrote there: an object that cannot be turned into a number makes the comparison throw, where it should be refused.
 */
import { z } from "zod";

const isTextOrList = ({ value }: { value: unknown }) => typeof value === "string" || Array.isArray(value);

/** At most so many code points of a text or entries of a list. */
export function atMost(maximum: number): z.core.$ZodCheckMaxLength {
  return new z.core.$ZodCheckMaxLength({ check: "max_length", maximum, when: isTextOrList });
}

/** At least so many code points of a text or entries of a list. */
export function atLeast(minimum: number): z.core.$ZodCheckMinLength {
  return new z.core.$ZodCheckMinLength({ check: "min_length", minimum, when: isTextOrList });
}
