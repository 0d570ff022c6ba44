/** Which of the forms that a route has a request wants, by its header `Accept` (RFC 9110, 12.5.1). */

/**
 * The form whose media type is wanted most; of equals the first of `forms`. Undefined where the header is missing or wants
 * none of them: then the caller's default is a better answer than a refusal.
 */
export function acceptedForm<Form extends string>(
  accept: string | undefined,
  forms: Readonly<Record<Form, readonly string[]>>,
): Form | undefined {
  if (accept === undefined) return undefined;
  const ranges = accept.slice(0, 1_000).split(",").map(readRange);
  let best: Form | undefined;
  let bestWeight = 0;
  for (const form of Object.keys(forms) as Form[]) {
    const weight = Math.max(...forms[form].map((type) => weightOf(type, ranges)));
    if (weight <= bestWeight) continue;
    best = form;
    bestWeight = weight;
  }
  return best;
}

interface MediaRange {
  readonly type: string;
  readonly weight: number;
}

function readRange(text: string): MediaRange {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const quality = parameters.find((one) => one.startsWith("q="));
  const weight = quality === undefined ? 1 : Number(quality.slice(2));
  return { type, weight: weight >= 0 && weight <= 1 ? weight : 0 };
}

/** The weight of the closest range that holds a type. */
function weightOf(type: string, ranges: readonly MediaRange[]): number {
  const [main] = type.split("/");
  for (const closest of [type, `${main}/*`, "*/*"]) {
    const range = ranges.find((one) => one.type === closest);
    if (range) return range.weight;
  }
  return 0;
}
