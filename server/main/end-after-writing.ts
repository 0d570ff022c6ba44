/** A reader who takes nothing for so long is not waited for, ms. */
const patienceMs = 500;

/**
 * Ends this process once what it said is out: `process.exit` cuts off what a pipe has not taken yet, and with it why the hub
 * ended. Where nothing waits it ends at once.
 */
export function endAfterWriting(
  code: number,
  stream: Pick<NodeJS.WriteStream, "writableLength" | "write"> = process.stdout,
  exit: (code: number) => void = process.exit,
): void {
  if (stream.writableLength === 0) {
    exit(code);
    return;
  }
  let ended = false;
  const end = (): void => {
    if (!ended) exit(code);
    ended = true;
  };
  setTimeout(end, patienceMs);
  stream.write("", end);
}
