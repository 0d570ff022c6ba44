/** Seeds of random tests: printed at each run, and repeated with `HUB_TEST_SEED`. */

/** A seed for what `name` says, printed so that a failure can be run again. */
export function printedSeed(name: string): number {
  const given = process.env.HUB_TEST_SEED;
  const seed = given ? Number(given) : Math.floor(Math.random() * 2 ** 31);
  console.log(`${name}: HUB_TEST_SEED=${seed}`);
  return seed;
}
