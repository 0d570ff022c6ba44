/**
 * What a device says of itself and what a person changed, kept apart: a person's change stands whatever the device says
 * later, and taking it back shows what the device says now.
 */

/** Fields of the same shape from two sides. */
export interface Described<Meta extends object> {
  readonly said: Meta;
  /** Set by a person; beats `said` field by field. */
  readonly edited: Meta;
}

/** The form on disk. Before there was one, a record held what the device said and nothing else. */
const recordVersion = 1;

/** Shared by all that no person changed, which are nearly all. */
const nothing = Object.freeze({});

export function saidAlone<Meta extends object>(said: Meta): Described<Meta> {
  return { said, edited: nothing as Meta };
}

/** What counts. */
export function effectiveOf<Meta extends object>({ said, edited }: Described<Meta>): Meta {
  return Object.keys(edited).length === 0 ? said : { ...said, ...edited };
}

/** As the store keeps it. */
export function toRecordMeta({ said, edited }: Described<object>): Record<string, unknown> {
  return { v: recordVersion, said, edited };
}

/** Reads what this version or an older one wrote. No field of a device or metric is called `v`. */
export function fromRecordMeta<Meta extends object>(meta: Readonly<Record<string, unknown>>): Described<Meta> {
  if (!Object.hasOwn(meta, "v")) return saidAlone(meta as Meta);
  const { said, edited } = meta as { said?: Meta; edited?: Meta };
  return { said: said ?? ({} as Meta), edited: edited ?? (nothing as Meta) };
}

/** A person's changes with those of `changes` put over them; null takes one back. */
export function editedWith<Meta extends object>(
  { said, edited }: Described<Meta>,
  changes: Readonly<Record<string, unknown>>,
): Described<Meta> {
  const merged = Object.fromEntries<unknown>(Object.entries(edited));
  for (const [field, value] of Object.entries(changes)) {
    if (value === null) delete merged[field];
    else if (value !== undefined) merged[field] = value;
  }
  return { said, edited: merged as Meta };
}

/** Whether fields of the same shape say something else. */
export function differs(before: object, after: object): boolean {
  // Both are small, come from JSON, and keep the order of their fields when merged.
  return JSON.stringify(before) !== JSON.stringify(after);
}
