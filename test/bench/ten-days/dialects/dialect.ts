/** How a system is asked over HTTP, and how it answers. */
import type { Answer, Question } from "../questions.ts";

export interface Dialect {
  /** Path and query of a GET. */
  path(question: Question): string;
  read(body: string, question: Question): Answer;
}
