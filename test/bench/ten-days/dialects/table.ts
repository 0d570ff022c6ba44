/** The little server over the table: it answers what the others answer, in columns. */
import type { Answer, Columns } from "../../asking/answers.ts";
import type { Question } from "../questions.ts";
import type { Dialect } from "./dialect.ts";

export const tableDialect: Dialect = {
  path(question: Question): string {
    if (question.ask === "newest") return "/newest";
    const span = `from=${question.span.fromMs}&to=${question.span.toMs}`;
    if (question.ask === "raw") return `/raw?device=${question.device}&metric=${question.metric}&${span}`;
    const { devices, metrics } = question.selection;
    return `/buckets?device=${devices.join()}&metric=${metrics.join()}&${span}&every=${question.everyMs}`;
  },
  read(body: string): Answer {
    return new Map(Object.entries(JSON.parse(body) as Record<string, Columns>));
  },
};
