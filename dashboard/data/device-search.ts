/** Devices, and groups of them, that a person may mean by what they typed. */

export interface FoundDevices {
  /** A device's id, or a selector of several. */
  readonly selector: string;
  /** The name that a person gave it; empty for a group. */
  readonly name: string;
}

/** How many are offered at once: who sees more than that does better to type on. */
export const mostOffered = 8;

/** Some to choose from before anything is typed, by id. */
export function firstDevices(
  devices: Iterable<{ readonly device: string; readonly name?: string | undefined }>,
): readonly FoundDevices[] {
  const all = [...devices].map(({ device, name = "" }) => ({ selector: device, name }));
  return all.sort((one, other) => (one.selector < other.selector ? -1 : 1)).slice(0, mostOffered);
}

/**
 * The groups first (`greenhouse/*` where two ids begin so), then devices by where the words stand in id or name.
 * `groups`: whether a selector of several is wanted at all.
 */
export function findDevices(
  devices: Iterable<{ readonly device: string; readonly name?: string | undefined }>,
  text: string,
  groups: boolean,
): readonly FoundDevices[] {
  const query = text.trim().toLocaleLowerCase();
  if (query === "") return [];
  const found: { entry: FoundDevices; rank: number }[] = [];
  const members = new Map<string, number>();
  for (const { device, name = "" } of devices) {
    const id = device.toLocaleLowerCase();
    const at = [id.indexOf(query), name.toLocaleLowerCase().indexOf(query)].filter((place) => place >= 0);
    if (at.length > 0) found.push({ entry: { selector: device, name }, rank: Math.min(...at) });
    const slash = device.lastIndexOf("/");
    const group = device.slice(0, slash + 1);
    if (groups && slash > 0 && group.toLocaleLowerCase().includes(query.replace(/\*$/, "")))
      members.set(group, (members.get(group) ?? 0) + 1);
  }
  const wholes = [...members]
    .filter(([, count]) => count > 1)
    .map(([group]) => ({ selector: `${group}*`, name: "" }))
    .sort((one, other) => one.selector.length - other.selector.length);
  found.sort((one, other) => one.rank - other.rank || (one.entry.selector < other.entry.selector ? -1 : 1));
  return [...wholes.slice(0, mostOffered / 2), ...found.map(({ entry }) => entry)].slice(0, mostOffered);
}
