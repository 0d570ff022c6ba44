/**
 * What a page's heap holds by class, and which classes grew between two looks at it: a slope says that something grew, this
 * says what. Format: v8/include/v8-profiler.h, HeapSnapshot::Serialize; the kinds of nodes are named in its `meta`.
 */
import type { CDPSession } from "playwright-core";

export interface Held {
  readonly count: number;
  /** Of the things themselves, without what they hold. */
  readonly bytes: number;
}

export interface Grown extends Held {
  readonly name: string;
}

/** By class: `object Map`, `closure draw`, `string`, … */
export type HeapClasses = ReadonlyMap<string, Held>;

interface Snapshot {
  readonly snapshot: {
    readonly meta: { readonly node_fields: string[]; readonly node_types: [string[], ...unknown[]] };
  };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/** Their names are their contents, or are the compiler's: they count together. */
const nameless = new Set(["string", "concatenated string", "sliced string", "number", "bigint", "regexp", "code"]);

/** Who makes a thing, and so why it grows. */
export type Maker =
  /** The page's scripts: what they keep stays, and grows for ever where they keep each reading. */
  | "page"
  /** V8: machine code, bytecode, what it learned of types, shapes of objects. Settles; how fast depends on how often code runs and on how busy the machine is. */
  | "compiler"
  /** The browser: caches of shaped texts, records of requests and of layout, each with a bound of its own. Nodes and listeners are counted apart. */
  | "browser";

const compiled = new Set(["code", "hidden", "object shape"]);
const buffers = "native: system / JSArrayBufferData";

export function makerOf(name: string): Maker {
  const kind = kindOf(name);
  if (compiled.has(kind)) return "compiler";
  return (kind === "native" || kind === "synthetic") && name !== buffers ? "browser" : "page";
}

function kindOf(name: string): string {
  return name.split(": ", 1)[0] ?? name;
}

/** Looks at all that can be reached; the page stands still for about a second. */
export async function heapClasses(session: CDPSession): Promise<HeapClasses> {
  const chunks: string[] = [];
  const keep = ({ chunk }: { chunk: string }): void => void chunks.push(chunk);
  session.on("HeapProfiler.addHeapSnapshotChunk", keep);
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  session.off("HeapProfiler.addHeapSnapshotChunk", keep);
  return classesOf(JSON.parse(chunks.join("")) as Snapshot);
}

export function classesOf({ snapshot, nodes, strings }: Snapshot): HeapClasses {
  const fields = snapshot.meta.node_fields;
  const kinds = snapshot.meta.node_types[0];
  const [kindAt, nameAt, bytesAt] = ["type", "name", "self_size"].map((field) => fields.indexOf(field)) as [
    number,
    number,
    number,
  ];
  const held = new Map<string, { count: number; bytes: number }>();
  for (let node = 0; node < nodes.length; node += fields.length) {
    const kind = kinds[nodes[node + kindAt] as number] as string;
    const name = nameless.has(kind) ? kind : `${kind}: ${strings[nodes[node + nameAt] as number]}`;
    const entry = held.get(name) ?? { count: 0, bytes: 0 };
    if (entry.count === 0) held.set(name, entry);
    entry.count += 1;
    entry.bytes += nodes[node + bytesAt] as number;
  }
  return held;
}

/** The classes that hold more than before, or less; those that changed most first. */
export function changesBetween(before: HeapClasses, after: HeapClasses): Grown[] {
  const nothing: Held = { count: 0, bytes: 0 };
  const changes = [...new Set([...before.keys(), ...after.keys()])].map((name) => {
    const [was, is] = [before.get(name) ?? nothing, after.get(name) ?? nothing];
    return { name, count: is.count - was.count, bytes: is.bytes - was.bytes };
  });
  return changes
    .filter(({ bytes, count }) => bytes !== 0 || count !== 0)
    .sort((a, b) => Math.abs(b.bytes) - Math.abs(a.bytes));
}
