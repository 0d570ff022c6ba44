/** Makes of the built link a package that needs nothing: its types beside it, and a package.json that names no dependency. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Plugin, transformWithOxc } from "vite";

interface Declaration {
  readonly fileName: string;
  readonly text: string;
}

/**
 * The declarations of a source and of what these import, by file. Each is made of its source alone, which is why public
 * names spell out their types; the compiler itself belongs to development and is not there when a hub is built.
 * @param entry path below `folder`
 */
async function declarations(folder: string, entry: string): Promise<Declaration[]> {
  const made = new Map<string, Declaration>();
  const visit = async (path: string): Promise<void> => {
    if (made.has(path)) return;
    const source = readFileSync(join(folder, path), "utf8");
    const { declaration } = await transformWithOxc(source, path, { typescript: { declaration: {} } });
    if (declaration === undefined) throw new Error(`${path} has no declaration`);
    const imported = [...declaration.matchAll(/ from "(\.[^"]+)\.ts"/g)].map(([, name]) => `${name}.ts`);
    const text = declaration.replaceAll(/( from "\.[^"]+)\.ts"/g, '$1.js"');
    made.set(path, { fileName: path.replace(/\.ts$/, ".d.ts"), text });
    for (const name of imported) await visit(join(dirname(path), name));
  };
  await visit(entry);
  return [...made.values()];
}

/**
 * @param environment that builds it
 * @param root folder of the project
 * @param folder where the link's source lies
 * @param entry its first file, below `folder`
 */
export function linkPackage(environment: string, root: string, folder: string, entry: string): Plugin {
  return {
    name: "link-package",
    applyToEnvironment: ({ name }) => name === environment,
    async generateBundle() {
      for (const { fileName, text } of await declarations(folder, entry))
        this.emitFile({ type: "asset", fileName, source: text });
      const { name, version, description, license, exports } = JSON.parse(
        readFileSync(join(root, "package.json"), "utf8"),
      );
      const paths = JSON.stringify(exports).replaceAll("./dist/link/", "./");
      const manifest = { name, version, description, license, type: "module", exports: JSON.parse(paths) };
      this.emitFile({ type: "asset", fileName: "package.json", source: `${JSON.stringify(manifest, undefined, 2)}\n` });
    },
  };
}
