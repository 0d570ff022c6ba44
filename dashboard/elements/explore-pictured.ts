/** The charts of the page as one picture. */

import { formatInstant, formatZone } from "../data/format.ts";
import type { TimeSpan } from "../data/ranges.ts";
import { texts } from "../texts/index.ts";
import type { ExploreScene } from "./explore-linked.ts";
import { type PictureChart, pictureOf } from "./explore-picture.ts";

/** Days are left out where they are the present one's; of a picture they are not. */
const noDayMs = Date.UTC(1, 0, 1);

/** A picture is looked at another day, and elsewhere: the ends of its window have date, year and zone. */
function endsOf({ fromMs, toMs }: TimeSpan): string {
  const detailMs = (toMs - fromMs) / 100;
  const [from, to] = [fromMs, toMs].map((timeMs) => formatInstant(timeMs, noDayMs, detailMs));
  return `${texts.device.stands(from ?? "", to ?? "")} ${formatZone(toMs)}`;
}

/** A chart that can be pictured. */
interface Pictured {
  readonly scene: Pick<ExploreScene, "window">;
  pictured(): PictureChart | undefined;
}

export async function picturedCharts(elements: Iterable<Pictured>): Promise<Blob> {
  const all = [...elements];
  const window = all[0]?.scene.window();
  const range = window ? endsOf(window) : "";
  const charts = all.map((element) => element.pictured()).filter((chart): chart is PictureChart => chart !== undefined);
  return pictureOf({ title: `${texts.product} – ${texts.explore.heading}`, range, charts });
}
