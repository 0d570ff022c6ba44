// @ts-check

/** The oldest Node that the hub runs on; the same as `engines` in package.json. */
export const oldestNode = "20.19.0";

/**
 * Says what to do where this Node is too old, else undefined.
 * @param {string} version such as `20.20.2`
 * @returns {string | undefined}
 */
export function nodeTooOld(version) {
  const here = version.split(".").map(Number);
  const least = oldestNode.split(".").map(Number);
  for (let part = 0; part < 3; part++) {
    const more = (here[part] || 0) - (least[part] || 0);
    if (more > 0) return undefined;
    if (more < 0) {
      return `The hub needs Node 20.19 or newer and this is Node ${version}: install the current LTS release (https://nodejs.org), then run the same command again.`;
    }
  }
  return undefined;
}
