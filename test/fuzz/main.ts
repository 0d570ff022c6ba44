/** `npm run fuzz`: the fuzzer for as long as one likes. Ends with 1 and with what it takes to see it again at the first finding. */
import { parseArgs } from "node:util";
import { chunk, fuzz } from "./run.ts";

const usage = `npm run fuzz -- [--messages N] [--frames N] [--seed S] [--from N]

  --messages N  broken and byte-mutated messages (10000000)
  --frames N    raw WebSocket frames and HTTP requests (a tenth of the messages)
  --seed S      the same again (another each time)
  --from N      leaves the messages before out, in whole thousands (0)`;

const { values } = readArguments();
const whole = (text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise;
  if (!/^\d+$/.test(text)) fail(`${text} is no whole number.\n${usage}`, 2);
  return Number(text);
};
const messages = whole(values.messages, 10_000_000);
const frames = whole(values.frames, Math.ceil(messages / 10));
const seed = whole(values.seed, Math.floor(Math.random() * 2 ** 31));
const from = Math.floor(whole(values.from, 0) / chunk) * chunk;

console.log(`seed ${seed}`);
const startMs = performance.now();
const report = await fuzz({
  ...{ messages, frames, seed, from },
  onProgress: (so) => {
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(0);
    console.log(
      `${seconds} s: ${so.messages} messages, ${so.frames} raw, the hub holds ${(so.rssBytes / 1e6).toFixed(0)} MB`,
    );
  },
});
const { tally, honest, loopMs, slowestDecode, findings } = report;
const table = (counts: ReadonlyMap<unknown, number>) =>
  [...counts].map(([name, count]) => `${name} ${count}`).join(", ");
console.log(`${report.messages} messages and ${report.frames} raw frames and requests
answers: ${table(tally.answers)}
closes: ${table(tally.closes)}; HTTP: ${table(tally.statuses)}
slowest to decode: ${slowestDecode.ms.toFixed(2)} ms, ${slowestDecode.frame.length} bytes
the hub: grew by ${(report.grownBytes / 1e6).toFixed(1)} MB; its loop was late by ${loopMs.p99.toFixed(1)} ms at p99, ${loopMs.max.toFixed(0)} at most
an honest device: ${honest.acks} acknowledgements, p99 ${honest.p99Ms.toFixed(1)} ms (${honest.usualP99Ms.toFixed(1)} before), ${honest.maxMs.toFixed(0)} at most, ${honest.lateMs.toFixed(0)} would be late`);
for (const finding of findings) {
  const again = `npm run fuzz -- --seed ${seed} --messages ${(finding.from ?? messages) + chunk} --from ${finding.from ?? 0}`;
  console.error(`FOUND: ${finding.what}\n${finding.from === undefined ? `seed ${seed}` : again}`);
  for (const input of finding.input)
    console.error(`  ${JSON.stringify(input.toString())}\n  hex ${input.toString("hex")}`);
}
process.exit(findings.length > 0 ? 1 : 0);

function readArguments() {
  const text = { type: "string" } as const;
  try {
    const read = parseArgs({
      options: { messages: text, frames: text, seed: text, from: text, help: { type: "boolean", short: "h" } },
    });
    if (read.values.help) fail(usage, 0);
    return read;
  } catch (error) {
    return fail(`${(error as Error).message}\n${usage}`, 2);
  }
}

function fail(text: string, code: number): never {
  (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  process.exit(code);
}
