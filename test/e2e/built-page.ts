/** The page as `npm start` serves it, for tests in a browser. */
import { cpSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { built } from "../support/built.ts";

const root = join(import.meta.dirname, "../..");

/** Puts the page of the present sources into `folder`, and gives its place there: a copy of what `npm test` has built, or a build of its own where sources changed since. */
export async function builtPage(folder: string): Promise<string> {
  const page = join(folder, "dashboard");
  const current = built("dashboard");
  if (current !== undefined) {
    cpSync(realpathSync(current), page, { recursive: true });
    return page;
  }
  // The test runner says "test", and then packages give their development code.
  await withEnvironment({ HUB_BUILD_FOLDER: folder, NODE_ENV: "production" }, async () => {
    // Loaded where it is used: a test after a build does not need it.
    const { createBuilder } = await import("vite");
    const builder = await createBuilder({ configFile: join(root, "vite.config.ts"), logLevel: "error" });
    const client = builder.environments.client;
    if (!client) throw new Error("vite.config.ts has no client environment");
    await builder.build(client);
  });
  return page;
}

/** Variables for as long as `work` takes: files that follow in this process have those of before. */
async function withEnvironment(variables: Readonly<Record<string, string>>, work: () => Promise<void>): Promise<void> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
