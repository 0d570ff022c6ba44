/** The charts as one picture, in the theme that is shown: title and range, then each chart with its legend. */
import { chartColours } from "../widgets/colours.ts";
import { lookColour, lookDashes } from "../widgets/overlay-chart.ts";

export interface PictureChart {
  readonly heading: string;
  readonly canvas: HTMLCanvasElement;
  readonly legend: readonly { readonly name: string; readonly value: string; readonly look: number | undefined }[];
}

export interface PictureOptions {
  readonly title: string;
  /** Where the window begins and ends, in words. */
  readonly range: string;
  readonly charts: readonly PictureChart[];
}

const margin = 24;
const lineHeight = 18;
const columnWidth = 320;

/** A PNG, as sharp as the screen that it is drawn on. Throws where the browser can make none of this size. */
export async function pictureOf({ title, range, charts }: PictureOptions): Promise<Blob> {
  const ratio = devicePixelRatio;
  const plotWidth = Math.max(320, ...charts.map(({ canvas }) => canvas.width / ratio));
  const columns = Math.max(1, Math.floor(plotWidth / columnWidth));
  const linesOf = ({ legend }: PictureChart) => Math.ceil(legend.length / columns);
  const heightOf = (chart: PictureChart) => 28 + chart.canvas.height / ratio + linesOf(chart) * lineHeight + 20;
  const width = plotWidth + 2 * margin;
  const height = 76 + charts.reduce((sum, chart) => sum + heightOf(chart), 0) + margin / 2;
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * ratio);
  canvas.height = Math.ceil(height * ratio);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.scale(ratio, ratio);
  const colours = chartColours();
  const ink = getComputedStyle(document.documentElement).getPropertyValue("--text").trim();
  const write = (text: string, x: number, y: number, font: string, colour: string, widest = width) => {
    context.font = `${font} ${colours.font}`;
    context.fillStyle = colour;
    context.fillText(text, x, y, widest);
  };
  context.fillStyle = colours.surface;
  context.fillRect(0, 0, width, height);
  context.textBaseline = "alphabetic";
  write(title, margin, 36, "650 18px", ink, plotWidth);
  write(range, margin, 56, "12px", colours.text, plotWidth);
  let top = 76;
  for (const chart of charts) {
    write(chart.heading, margin, top + 16, "600 14px", ink, plotWidth);
    const [its, high] = [chart.canvas, chart.canvas.height / ratio];
    context.drawImage(its, margin - 8, top + 28, its.width / ratio, high);
    for (const [index, { name, value, look }] of chart.legend.entries()) {
      const x = margin + (index % columns) * (plotWidth / columns);
      const y = top + 28 + high + 14 + Math.floor(index / columns) * lineHeight;
      if (look !== undefined) {
        context.strokeStyle = lookColour(look);
        context.lineWidth = 2.5;
        context.setLineDash(lookDashes(look).map((length) => length * 1.5));
        context.beginPath();
        context.moveTo(x, y - 4);
        context.lineTo(x + 14, y - 4);
        context.stroke();
      }
      write(`${name}  ${value}`, x + (look === undefined ? 0 : 22), y, "12px", ink, plotWidth / columns - 30);
    }
    top += heightOf(chart);
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large"))), "image/png");
  });
}
