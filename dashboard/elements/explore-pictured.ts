/** The charts of the page as one picture. */

import { texts } from "../texts/index.ts";
import type { ExploreChart } from "./explore-chart.ts";
import { type PictureChart, pictureOf } from "./explore-picture.ts";

/** `range`: where the window begins and ends, in words. */
export async function picturedCharts(elements: Iterable<ExploreChart>, range: string): Promise<Blob> {
  const charts = [...elements]
    .map((element) => element.pictured())
    .filter((chart): chart is PictureChart => chart !== undefined);
  return pictureOf({ title: `${texts.product} – ${texts.explore.heading}`, range, charts });
}
