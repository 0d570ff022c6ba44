/** What a browser says it is, as a person would say it. */
export interface Agent {
  /** Empty where nobody can tell. */
  readonly browser: string;
  readonly system: string;
}

/** In this order: those below call themselves what those above are called, too. */
const browsers: readonly [string, RegExp][] = [
  ["Edge", /\bEdg(?:e|A|iOS)?\//],
  ["Opera", /\bOPR\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\b(?:Firefox|FxiOS)\//],
  ["Chrome", /\b(?:Headless)?Chrom(?:e|ium)\/|\bCriOS\//],
  ["Safari", /\bSafari\//],
];

const systems: readonly [string, RegExp][] = [
  ["Android", /\bAndroid\b/],
  ["iPhone", /\biPhone\b/],
  ["iPad", /\biPad\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMac OS X\b|\bMacintosh\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Linux", /\bLinux\b/],
];

export function agentOf(text: string): Agent {
  const first = (table: readonly [string, RegExp][]) => table.find(([, pattern]) => pattern.test(text))?.[0] ?? "";
  return { browser: first(browsers), system: first(systems) };
}
