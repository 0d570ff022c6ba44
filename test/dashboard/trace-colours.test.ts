/** The lines of one chart are told apart by everybody: contrast, and colours as the colour-blind see them. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

type Triple = readonly [number, number, number];

const sheet = readFileSync(new URL("../../dashboard/styles/tokens.css", import.meta.url), "utf8");

/** The tokens of a theme, from its block. */
function tokensOf(theme: string): Map<string, string> {
  const block = sheet.slice(sheet.indexOf(`:root[data-theme="${theme}"]`)).split("}")[0] ?? "";
  return new Map([...block.matchAll(/--([\w-]+): (#\w{6});/g)].map(([, name = "", value = ""]) => [name, value]));
}

/** Linear light of `#rrggbb`. */
function lightOf(hex: string): Triple {
  const part = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [a, b]
    .map(lightOf)
    .map(([red, green, blue]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue)
    .sort((one, other) => other - one);
  return (high + 0.05) / (low + 0.05);
}

const times = (rows: readonly Triple[], [a, b, c]: Triple) =>
  rows.map(([x, y, z]) => x * a + y * b + z * c) as unknown as Triple;

/** How the colour-blind see linear light (Machado and others, 2009, full strength). */
const eyes: Readonly<Record<string, readonly Triple[]>> = {
  any: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanope: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranope: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanope: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Distance in Oklab, hundredths. 2 is just seen side by side. */
function distance(a: string, b: string, eye: readonly Triple[]): number {
  const labOf = (hex: string) => {
    const cones = times(
      [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
      ],
      times(eye, lightOf(hex)),
    ).map((cone) => Math.cbrt(Math.max(cone, 0))) as unknown as Triple;
    return times(
      [
        [0.2104542553, 0.793617785, -0.0040720468],
        [1.9779984951, -2.428592205, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.808675766],
      ],
      cones,
    );
  };
  const [one, other] = [labOf(a), labOf(b)];
  return 100 * Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}

describe.each(["light", "dark"])("the colours of lines, %s", (theme) => {
  const tokens = tokensOf(theme);
  const lines = [1, 2, 3, 4, 5, 6, 7, 8].map((index) => tokens.get(`trace-${index}`) ?? "");
  const surface = tokens.get("surface") ?? "";

  it("hold 3:1 against what they are drawn on", () => {
    for (const line of lines) expect(contrast(line, surface), line).toBeGreaterThan(3);
  });

  it.each(Object.keys(eyes))("are told apart by eye %s, the four solid ones and the four dashed ones", (name) => {
    for (const group of [lines.slice(0, 4), lines.slice(4)]) {
      for (const [index, one] of group.entries()) {
        for (const other of group.slice(index + 1))
          expect(distance(one, other, eyes[name] ?? []), `${one} ${other}`).toBeGreaterThan(10);
      }
    }
  });
});
