/** Text as a terminal shows it, in pixels: blocks, spaces and the colours that were chosen. For what a camera has to read. */

/** Red, green, blue, 0 to 255. */
type Colour = readonly [number, number, number];

/** The colours of a terminal, of which people choose all but 16 to 255. */
export interface Palette {
  readonly text: Colour;
  readonly ground: Colour;
  /** Those that programs choose by 30 to 37 and 90 to 97, or 40 to 47 and 100 to 107. */
  readonly sixteen: (index: number) => Colour;
}

export interface Picture {
  /** Four bytes a pixel: red, green, blue, opacity. */
  readonly pixels: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

const black: Colour = [0, 0, 0];
const white: Colour = [255, 255, 255];

/** As terminals come: light text on a dark ground. */
export const darkTerminal: Palette = {
  text: [204, 204, 204],
  ground: black,
  sixteen: (at) => (at === 0 ? black : white),
};
export const lightTerminal: Palette = {
  text: [40, 40, 40],
  ground: white,
  sixteen: (at) => (at === 0 ? black : white),
};
/** A light theme, gruvbox light, that turns "black" and "white" round so that programs of dark terminals stay readable. */
export const turnedTerminal: Palette = {
  text: [60, 56, 54],
  ground: [251, 241, 199],
  sixteen: (at) => (at === 0 ? [251, 241, 199] : [60, 56, 54]),
};

/** Width of a character; it is twice as high, pixels. */
const cell = 6;
/** Empty cells around the text: a terminal is larger than a code. */
const margin = 2;

/** Draws lines as they would stand on a screen. Throws at a character whose look it does not know. */
export function drawTerminal(lines: readonly string[], palette: Palette): Picture {
  const rows = lines.map((line) => cellsOf(line, palette));
  const columns = Math.max(...rows.map(({ length }) => length)) + 2 * margin;
  const width = columns * cell;
  const height = (lines.length + 2 * margin) * cell * 2;
  const pixels = new Uint8ClampedArray(width * height * 4);
  const dot = (x: number, y: number, colour: Colour) => pixels.set([...colour, 255], (y * width + x) * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const halves = rows[Math.floor(y / (2 * cell)) - margin]?.[Math.floor(x / cell) - margin];
      dot(x, y, halves?.[Math.floor(y / cell) % 2] ?? palette.ground);
    }
  }
  return { pixels, width, height };
}

/** Whether the upper and the lower half of a character are of the text's colour. */
const looks: ReadonlyMap<string, readonly [boolean, boolean]> = new Map([
  [" ", [false, false]],
  ["█", [true, true]],
  ["▀", [true, false]],
  ["▄", [false, true]],
]);

/** The upper and the lower half of each character of a line. */
function cellsOf(line: string, palette: Palette): (readonly [Colour, Colour])[] {
  const cells: (readonly [Colour, Colour])[] = [];
  let { text, ground } = palette;
  const [plain = "", ...coloured] = line.split("\u001b[");
  for (const part of [`m${plain}`, ...coloured]) {
    const end = part.indexOf("m");
    if (end > 0) ({ text, ground } = chosen(part.slice(0, end), palette));
    for (const character of part.slice(end + 1)) {
      const halves = looks.get(character);
      if (!halves) throw new Error(`no picture of ${JSON.stringify(character)}`);
      cells.push([halves[0] ? text : ground, halves[1] ? text : ground]);
    }
  }
  return cells;
}

/** What a sequence such as `97;40`, `38;5;231;48;5;16` or `0` makes of both colours. */
function chosen(codes: string, palette: Palette): Pick<Palette, "text" | "ground"> {
  let { text, ground } = palette;
  const numbers = codes.split(";").map(Number);
  while (numbers.length > 0) {
    const code = numbers.shift() as number;
    if (code === 38 || code === 48) {
      const [kind, index] = numbers.splice(0, 2);
      if (kind !== 5 || (index !== 16 && index !== 231)) throw new Error(`no picture of colour ${codes}`);
      const colour = index === 16 ? black : white;
      if (code === 38) text = colour;
      else ground = colour;
    } else if (code >= 90) text = palette.sixteen(code - 82);
    else if (code >= 40) ground = palette.sixteen(code - 40);
    else if (code !== 0) throw new Error(`no picture of colour ${codes}`);
  }
  return { text, ground };
}
