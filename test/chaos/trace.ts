/**
 * Reads what strace writes (`-f -yy -xx`) as calls that begin and end, in the order in which they did. Other threads
 * come between: such a call stands in two lines, `<unfinished ...>` and `<... NAME resumed>`.
 */

/** One system call. */
export interface Call {
  readonly thread: number;
  readonly name: string;
  /** What stands behind the file descriptor: a path, or `TCP:[…]`. Empty where the call has none. */
  readonly target: string;
  /** All bytes that the call names, one after the other. */
  readonly bytes: Buffer;
  /** Place in the file of a `pwrite64`; -1 for other calls. */
  readonly offset: number;
}

export type TraceEvent =
  | { readonly at: "begin"; readonly call: Call }
  | { readonly at: "end"; readonly call: Call; readonly ok: boolean };

const line = /^(?:\[pid +)?(\d+)\]? +(.*)$/;
const resumed = /^<\.\.\. (\w+) resumed>(.*)$/;
const unfinished = " <unfinished ...>";
const result = /\) += (-?\d+|\?)(?: .*)?$/;

/** The events of a trace. Throws for a line it cannot read: what is not understood must not pass for what is in order. */
export function* readTrace(text: string): Generator<TraceEvent> {
  const open = new Map<number, Call>();
  for (const row of text.split("\n")) {
    if (row === "") continue;
    const [, pid, rest] = line.exec(row) ?? [];
    if (pid === undefined || rest === undefined) throw new Error(`not a line of strace: ${row.slice(0, 200)}`);
    // Signals and the ends of threads.
    if (/^(---|\+\+\+)/.test(rest)) continue;
    const thread = Number(pid);
    const [, again, tail] = resumed.exec(rest) ?? [];
    if (again !== undefined) {
      const call = open.get(thread);
      open.delete(thread);
      // One that had begun before the trace did.
      if (call) {
        // What was read stands in the second line.
        const bytes = Buffer.concat([call.bytes, bytesIn(tail as string, call.name)]);
        yield { at: "end", call: { ...call, bytes }, ok: isOk(tail as string) };
      }
    } else {
      const call = readCall(thread, rest);
      yield { at: "begin", call };
      if (rest.endsWith(unfinished)) open.set(thread, call);
      else yield { at: "end", call, ok: isOk(rest) };
    }
  }
}

function isOk(text: string): boolean {
  const [, value] = result.exec(text) ?? [];
  if (value === undefined) throw new Error(`a call without a result: ${text.slice(-200)}`);
  return Number(value) >= 0;
}

function readCall(thread: number, text: string): Call {
  const [, name, rest] = /^(\w+)\((.*)$/.exec(text) ?? [];
  if (name === undefined || rest === undefined) throw new Error(`not a call: ${text.slice(0, 200)}`);
  const [, target = ""] = /^\d+<((?:->|[^>])*)>/.exec(rest) ?? [];
  const [, offset = "-1"] = name === "pwrite64" ? (/, (\d+)(?:\) += |$| <unfinished)/.exec(rest) ?? []) : [];
  return { thread, name, target: bytesOf(target).toString(), bytes: bytesIn(rest, name), offset: Number(offset) };
}

/** All bytes in the text of a call. */
function bytesIn(text: string, name: string): Buffer {
  const strings = [...text.matchAll(/"((?:[^"\\]|\\.)*)"(\.\.\.)?/g)];
  if (strings.some(([, , cut]) => cut)) throw new Error(`bytes were cut off: give strace a longer -s (${name})`);
  return Buffer.concat(strings.map(([, hex]) => bytesOf(hex as string)));
}

/** The bytes of `\x41\x42`; text without such signs stands for itself. */
function bytesOf(text: string): Buffer {
  if (text.startsWith("\\x")) return Buffer.from(text.replaceAll("\\x", ""), "hex");
  return Buffer.from(text);
}
