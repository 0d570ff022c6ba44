/** Answers of the real hub, of which a test changes something on their way to the page. */
import type { Page } from "playwright-core";

/** From now on `change` is made to the JSON of each answer to `asked`; Playwright's own addresses: a glob or an expression. */
export async function changeAnswers<T extends object>(
  page: Page,
  asked: string | RegExp,
  change: (answer: T) => object,
): Promise<void> {
  await page.route(asked, async (route) => {
    try {
      const response = await route.fetch();
      const answer = (await response.json()) as T;
      await route.fulfill({ response, json: { ...answer, ...change(answer) } });
    } catch {
      // The hub is away, and so is it for the page; or the page was closed meanwhile, and nobody waits for it.
      await route.abort().catch(() => {});
    }
  });
}
