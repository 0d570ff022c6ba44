/** Reading what a page shows, as a person would: its words, and the pixels of its charts. */
import type { Locator, Page } from "playwright-core";

/** The card of a metric, by its label. */
export function card(page: Page, label: string): Locator {
  return page.locator("metric-card").filter({ has: page.getByRole("heading", { name: label, exact: true }) });
}

/** The words of an element as they are rendered, spaces of all widths made plain. */
export async function wordsOf(locator: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: what is rendered is asked for, hidden words left out
  return (await locator.innerText()).replaceAll(/[\u00a0\u202f]/g, " ");
}

/** The text of an element as it stands in the page, line ends included. */
export async function programOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? "";
}

/** Asks the page to connect now. It may have done so by itself a moment before, and then there is nothing to press. */
export async function tryNow(page: Page): Promise<void> {
  const pressed = page.getByRole("button", { name: "Try now" }).click();
  await Promise.race([pressed, page.locator("link-banner .banner").waitFor({ state: "detached" })]);
}

/** A drawn line, read off the canvas of a chart. */
export interface DrawnLine {
  /** For each column of the canvas the middle row of the line's colour, from the top; null where there is none. */
  readonly rows: (number | null)[];
  /** First and last column with the line, as parts of the width; 1 and 0 where nothing is drawn. */
  readonly from: number;
  readonly to: number;
  /** The longest stretch without the line between its ends, as a part of its length. */
  readonly longestGap: number;
}

export async function drawnLine(plot: Locator): Promise<DrawnLine> {
  const rows = await plot.evaluate((element) => {
    const canvas = element.querySelector("canvas");
    if (!canvas) return [];
    const { width, height } = canvas;
    const colour = getComputedStyle(document.documentElement).getPropertyValue("--chart-line").trim();
    const wanted = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    // A copy is read, so that the page's own canvas does not turn into one that is made for reading.
    const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (!copy) throw new Error("no canvas to copy to");
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    return Array.from({ length: width }, (_, column) => {
      let sum = 0;
      let count = 0;
      for (let row = 0; row < height; row++) {
        const at = (row * width + column) * 4;
        const near = wanted.every((part, channel) => Math.abs((data[at + channel] ?? 0) - part) < 40);
        if (!near || (data[at + 3] ?? 0) < 180) continue;
        sum += row;
        count++;
      }
      return count === 0 ? null : sum / count;
    });
  });
  const drawn = rows.flatMap((row, column) => (row === null ? [] : [column]));
  const first = drawn[0] ?? rows.length;
  const last = drawn.at(-1) ?? 0;
  const gaps = drawn.slice(1).map((column, index) => column - (drawn[index] ?? column) - 1);
  return {
    rows,
    from: first / rows.length,
    to: last / rows.length,
    longestGap: Math.max(0, ...gaps) / Math.max(1, last - first),
  };
}
