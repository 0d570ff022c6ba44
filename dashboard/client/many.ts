/** So many orders are on their way at once: a browser has six connections to one hub, and the page needs some. */
const atOnce = 4;

export interface ManyDone<Answer> {
  readonly answers: readonly Answer[];
  /** Why others failed. */
  readonly failures: readonly unknown[];
}

/** Orders the same of many, a few at once. One that fails does not keep the others. `told`: after each, how many are over. */
export async function orderMany<Item, Answer>(
  items: readonly Item[],
  order: (item: Item) => Promise<Answer>,
  told: (over: number) => void = () => {},
): Promise<ManyDone<Answer>> {
  const answers: Answer[] = [];
  const failures: unknown[] = [];
  const left = items.values();
  const work = async (): Promise<void> => {
    for (const item of left) {
      try {
        answers.push(await order(item));
      } catch (error) {
        failures.push(error);
      }
      told(answers.length + failures.length);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { answers, failures };
}
