/** A file that was looked at from end to end, and can be played: whatever is wrong with it is known before anything is sent. */
import { basename } from "node:path";
import { deviceOf } from "./names.ts";
import { type FileOptions, type Plan, survey } from "./plan.ts";
import { type Moment, Reader } from "./readings.ts";
import { refusal, sentence, troublesTold } from "./refusal.ts";
import { type Row, type Trouble, WrongFile } from "./row.ts";
import { openTable, type Table } from "./rows.ts";

export interface RecordingOptions extends FileOptions {
  /** Leave out the rows that are wrong, instead of refusing the file. */
  readonly skipWrong?: boolean;
  /** Times beyond this are wrong: the hub takes none from the future. ms since the epoch. */
  readonly until?: number;
}

/** What stands in a file. Times are ms since the epoch. */
export interface Contents {
  readonly rows: number;
  readonly readings: number;
  readonly devices: number;
  /** Rows left out, as `skipWrong` has it. */
  readonly wrong: number;
  readonly firstTime: number;
  readonly lastTime: number;
  /** Mean time between two moments. */
  readonly intervalMs: number;
  /** The first line whose time is before that of the line above. */
  readonly unordered?: number;
  /** Wide form: the first line at which the times of a device, which rise elsewhere, go back: rows of one time may be apart. */
  readonly setBack?: number;
}

/** Looks at each row in the order of the file, with those before it in mind. */
class Judge {
  readonly #reader: Reader;
  readonly #wide: boolean;
  readonly #timeColumn: string;
  readonly #until: number;
  readonly #latest = new Map<string, { time: number; line: number }>();
  readonly #types = new Map<string, string>();
  #rises = false;
  #fallsAt: number | undefined;

  constructor(reader: Reader, plan: Plan, until: number) {
    this.#reader = reader;
    this.#wide = plan.layout.long === undefined;
    this.#timeColumn = plan.header[plan.layout.time] ?? "";
    this.#until = until;
  }

  get setBack(): number | undefined {
    return this.#rises ? this.#fallsAt : undefined;
  }

  judge(row: Row): Moment | Trouble | undefined {
    const moment = this.#reader.read(row);
    if (moment === undefined || !("time" in moment)) return moment;
    const { time, line, device } = moment;
    const column = this.#timeColumn;
    if (time > this.#until) {
      const expected = "a time that has passed (--shift-to-now moves a file to today)";
      return { column, expected, found: new Date(time).toISOString() };
    }
    return (this.#wide ? this.#twice(device, time, line) : this.#clash(moment)) ?? moment;
  }

  /** In the wide form a second row of one time is a device that was not told apart. In the long form the later value stays, as in a hub. */
  #twice(device: string, time: number, line: number): Trouble | undefined {
    const latest = this.#latest.get(device);
    if (!latest) this.#latest.set(device, { time, line });
    else if (latest.time !== time) {
      if (time > latest.time) this.#rises = true;
      else this.#fallsAt ??= line;
      Object.assign(latest, { time, line });
    } else {
      const expected = `one row at a time for ${device} (--device-column names the column that tells devices apart)`;
      return { column: this.#timeColumn, expected, found: `the time of line ${latest.line} again` };
    }
    return undefined;
  }

  #clash({ device, readings }: Moment): Trouble | undefined {
    for (const [metric, value] of readings) {
      const series = `${device}\n${metric}`;
      const type = this.#types.get(series);
      if (type === undefined) this.#types.set(series, typeof value);
      else if (type !== typeof value)
        return { expected: `a ${type}, as before for ${device} ${metric}`, found: `a ${typeof value}` };
    }
    return undefined;
  }
}

export class Recording {
  readonly contents: Contents;
  readonly plan: Plan;
  readonly reader: Reader;
  readonly #table: Table;
  readonly #until: number;

  private constructor(table: Table, plan: Plan, reader: Reader, until: number, contents: Contents) {
    this.#table = table;
    this.plan = plan;
    this.reader = reader;
    this.#until = until;
    this.contents = contents;
  }

  /** Reads the file twice: to find out what it is, and to look at each row. Throws `WrongFile`, whose message names the line and the column. */
  static async open(path: string, options: RecordingOptions = {}): Promise<Recording> {
    const { skipWrong = false, until = Number.POSITIVE_INFINITY } = options;
    const table = await openTable(path);
    const plan = await survey(table, options);
    const device = options.device ?? deviceOf(basename(path).replace(/\.[^.]*$/, "")) ?? "replay";
    const reader = new Reader(plan, device, table);
    const contents = await count(table, new Judge(reader, plan, until), skipWrong);
    return new Recording(table, plan, reader, until, contents);
  }

  /** The readings in the order of the file, in pieces; those that are wrong are left out. */
  async *moments(): AsyncGenerator<readonly Moment[]> {
    const judge = new Judge(this.reader, this.plan, this.#until);
    for await (const rows of this.#table.rows()) {
      const moments: Moment[] = [];
      for (const row of rows) {
        const moment = judge.judge(row);
        if (moment && "time" in moment) moments.push(moment);
      }
      yield moments;
    }
  }
}

async function count(table: Table, judge: Judge, skipWrong: boolean): Promise<Contents> {
  const told: string[] = [];
  const devices = new Set<string>();
  let [rowCount, readings, wrong, steps] = [0, 0, 0, 0];
  let [firstTime, lastTime, before] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
  let unordered: number | undefined;
  for await (const rows of table.rows()) {
    for (const row of rows) {
      const moment = judge.judge(row);
      if (moment === undefined) continue;
      rowCount++;
      if (!("time" in moment)) {
        if (wrong++ < troublesTold) told.push(sentence(row.line, moment));
        continue;
      }
      const { time } = moment;
      readings += moment.readings.length;
      devices.add(moment.device);
      if (time < before) unordered ??= moment.line;
      if (time > before) steps++;
      before = time;
      firstTime = Math.min(firstTime, time);
      lastTime = Math.max(lastTime, time);
    }
  }
  const fine = rowCount - wrong;
  if ((wrong > 0 && !skipWrong) || fine === 0) throw new WrongFile(refusal(told, wrong, fine));
  const intervalMs = steps === 0 ? 1_000 : Math.max(1, Math.round((lastTime - firstTime) / steps));
  const { setBack } = judge;
  const order = { ...(unordered === undefined ? {} : { unordered }), ...(setBack === undefined ? {} : { setBack }) };
  return { rows: fine, readings, devices: devices.size, wrong, firstTime, lastTime, intervalMs, ...order };
}
