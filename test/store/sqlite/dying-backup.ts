/** A process that copies a folder of data into a file and is killed after the first of its pages: `node dying-backup.ts FOLDER FILE`. */
import { backUp } from "../../../server/store/sqlite/backup.ts";
import { copyInto } from "../../../server/store/sqlite/copy.ts";
import { openForReading } from "../../../server/store/sqlite/driver.ts";

const [folder, file] = process.argv.slice(2) as [string, string];
await backUp(
  { file, force: false },
  {
    ...{ folder, minFreeBytes: 0 },
    async copy(path) {
      const copying = copyInto(openForReading(`${folder}/hub.db`, 0), path, 1);
      let turns = 0;
      const die = (): void => {
        turns += 1;
        if (turns === 5) process.kill(process.pid, "SIGKILL");
        setImmediate(die);
      };
      setImmediate(die);
      await copying;
    },
    verify: () => Promise.resolve({ readings: 0, series: 0 }),
  },
);
