import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Projects in their order: what waits for processes and pages begins, and small files fill the gaps at the end. */
const projects = ["real time", "alone", "others"];

/** Files that take long, each before those behind it: a long one that begins last has the machine for itself, half idle. */
const long = [
  "chaos/kill",
  "chaos/damage",
  "chaos/mutants",
  "e2e/xss",
  "e2e/fleet-page",
  "chaos/first-start",
  "deploy/proxies",
  "e2e/sign-in",
  "e2e/access",
  "e2e/looks",
  "e2e/storage-page",
  "e2e/device-page",
  "e2e/truth",
  "e2e/explore-page",
  "e2e/connection",
  "chaos/storm",
  "e2e/pictures",
  "clients/board/board",
  "e2e/watching",
  "bench/bench",
  "tools/start",
  "tools/setup",
  "fuzz/fuzz",
  "security/queries",
  "store/sqlite/contract",
  "hub/access/people",
  "store/damage",
  "transport/http-memory",
  "transport/http-wrong",
  "simulator/faults-main",
  "store/sqlite/backup",
  "store/differential",
];

/** Files of one project stand together, since a process is kept only for the next file of its project; the longest begin. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const name = relative("test", moduleId).replace(/\.test\.ts$/, "");
      const place = long.indexOf(name);
      return place === -1 ? long.length : place;
    };
    const projectOf = ({ project }: TestSpecification): number => projects.indexOf(project.name);
    const usual = await super.sort(files);
    return usual.sort((one, other) => projectOf(one) - projectOf(other) || placeOf(one) - placeOf(other));
  }
}
