/** The log on standard output: lines for people, or one JSON object a line for machines. */
import { sizeText } from "../config-values.ts";
import type { Log, LogLine } from "../ports.ts";

export interface HubLog extends Log {
  /** Says where the hub listens, where it keeps its readings, and up to which size (null: without an end): the one line that people and supervisors wait for. */
  listening(url: string, data: string, budgetBytes: number | null): void;
}

/** `write` gets whole lines, ended by a newline. */
export async function createLog(form: "text" | "json", write: (line: string) => void): Promise<HubLog> {
  return form === "json" ? jsonLog(write) : textLog(write);
}

async function jsonLog(write: (line: string) => void): Promise<HubLog> {
  // Loaded where it is used: it is a tenth of a quick start.
  const { pino } = await import("pino");
  const logger = pino({ base: { pid: process.pid } }, { write });
  const line =
    (level: keyof Log): LogLine =>
    (message, fields = {}) =>
      logger[level](fields, message);
  return {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
    listening: (url, data, budgetBytes) => logger.info({ url, data, budgetBytes }, "listening"),
  };
}

/** Names come from devices: a line break or an escape sequence in one must not forge a line or reach the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}

/** The address as people type it. A hub that listens on all addresses listens on this one, too. */
export function typedUrl(url: string): string {
  return url.replace(/^(https?):\/\/(127\.0\.0\.1|0\.0\.0\.0|\[::\])(?=[:/]|$)/, "$1://localhost");
}

function textLog(write: (line: string) => void): HubLog {
  const line =
    (mark: string): LogLine =>
    (message, fields = {}) => {
      const time = new Date().toISOString().slice(0, 19).replace("T", " ");
      const facts = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
      write(`${printable(`${time}Z ${mark}${message}${facts.join("")}`)}\n`);
    };
  return {
    debug: () => {},
    info: line(""),
    warn: line("WARNING "),
    error: line("ERROR "),
    listening: (url, data, budgetBytes) => {
      const room = budgetBytes === null ? "" : `, up to ${sizeText(budgetBytes)} (--budget)`;
      write(`The hub listens on ${typedUrl(url)} and keeps its readings in ${data}${room}\n`);
    },
  };
}
