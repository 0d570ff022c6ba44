import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vite";
import { parts } from "./dashboard/texts/parts.ts";
import { compressedFiles } from "./server/tools/compressed-files.ts";
import { linkPackage } from "./server/tools/link-package.ts";
import { squeezedTemplates } from "./server/tools/squeezed-templates.ts";
import { textsByPart } from "./server/tools/texts-by-part.ts";

const root = import.meta.dirname;
/** Where a build goes; the set-up script gives each build a folder of its own. */
const folder = process.env.HUB_BUILD_FOLDER ?? join(root, "dist");

/** Programs that Node runs: name of the built file → source. Workers are entries too, since they are started by their path. */
const programs: Record<string, string> = {
  "server/main": "server/main.ts",
  "server/store-worker": "server/store/sqlite/worker.ts",
  "server/verifier": "server/store/sqlite/verifier.ts",
  "server/backup": "server/tools/backup.ts",
  "server/restore": "server/tools/restore.ts",
  "server/parquet-worker": "server/formats/parquet-worker.ts",
  "server/import": "server/tools/import/main.ts",
  "simulator/main": "simulator/main.ts",
  "simulator/load-dashboards": "simulator/load/dashboards.ts",
};

export default defineConfig({
  root: join(root, "dashboard"),
  // A page that is served from anywhere below an address must find its own files.
  base: "./",
  environments: {
    client: {
      build: {
        outDir: join(folder, "dashboard"),
        emptyOutDir: true,
        target: "es2022",
        rolldownOptions: {
          // English is asked for like every language, and comes with the page all the same: that it does is meant (texts/index.ts).
          checks: { ineffectiveDynamicImport: false, bundlerTimings: false },
          // What every page needs is two files, what chooses the page and the rest: many small ones compress less, since each begins anew.
          output: {
            codeSplitting: {
              groups: [
                {
                  name: "choice",
                  test: /dashboard\/(?:pages\/registry|data\/(?:theme|route)|texts\/index)\.ts$|texts\/languages\/en\.ts\?part=shell$/,
                  priority: 2,
                },
                { name: "app", test: /dashboard\/pages\/app\.ts$/, priority: 1 },
              ],
            },
          },
          // The page takes functions through the door of the protocol; the schemas behind it would bring 50 kB of zod.
          treeshake: { moduleSideEffects: (id) => !id.startsWith(join(root, "server/protocol")) },
        },
      },
    },
    ssr: {
      // Built in, since Node takes longer to find and read their many files than the hub takes to start.
      resolve: { noExternal: ["zod", "commander", "ws", "hyparquet-writer", "hyparquet"], external: ["bufferutil"] },
      build: {
        outDir: folder,
        emptyOutDir: false,
        copyPublicDir: false,
        target: "node20",
        ssr: true,
        rolldownOptions: {
          input: Object.fromEntries(
            Object.entries(programs)
              .map(([name, source]) => [name, join(root, source)] as const)
              .filter(([, source]) => existsSync(source)),
          ),
          output: {
            entryFileNames: "[name].js",
            chunkFileNames: "server/chunks/[name]-[hash].js",
            // V8 keeps the text of all that runs, in each thread, and takes two bytes a character where a single one of the file
            // is beyond Latin-1. Lines and names stay: traces tell where it was.
            comments: { legal: true, annotation: false, jsdoc: false },
            minify: { compress: false, mangle: false, codegen: { asciiOnly: true, removeWhitespace: false } },
          },
        },
      },
    },
    // `telemetry-hub/link`: one file for Node and for browsers.
    link: {
      consumer: "client",
      build: {
        outDir: join(folder, "link"),
        emptyOutDir: true,
        copyPublicDir: false,
        target: "es2022",
        minify: false,
        lib: { entry: join(root, "simulator/link.ts"), formats: ["es"], fileName: () => "link.js" },
      },
    },
  },
  plugins: [
    textsByPart("client", join(root, "dashboard/texts/languages"), parts),
    squeezedTemplates("client", join(root, "dashboard")),
    compressedFiles("client"),
    linkPackage("link", root, join(root, "simulator"), "link.ts"),
  ],
  builder: {
    async buildApp(builder) {
      await Promise.all(Object.values(builder.environments).map((environment) => builder.build(environment)));
    },
  },
});
