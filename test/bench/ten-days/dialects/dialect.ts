/** How a system is asked about the ten days. */
import type * as asking from "../../asking/examiner.ts";
import type { Question } from "../questions.ts";

export type Dialect = asking.Dialect<Question>;
