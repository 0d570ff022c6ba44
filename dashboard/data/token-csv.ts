/** A CSV of devices that tokens are made for, and the one that comes back with the tokens. */
import type { NewTokenAnswer } from "../../server/protocol/index.ts";

/** Rows with something in them, below the header. What is in them the hub reads. */
export function countRows(text: string): number {
  return Math.max(0, text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== "").length - 1);
}

/** `device,name,token`, a row a token; quoted where it must be (RFC 4180). */
export function tokensCsv(made: readonly Pick<NewTokenAnswer, "devices" | "name" | "token">[]): string {
  const rows = made.map(({ devices, name, token }) => [devices?.join(" ") ?? "", name, token].map(field).join(","));
  return ["device,name,token", ...rows, ""].join("\r\n");
}

/** A spreadsheet takes what begins so for a formula and runs it; before a quote it is text (OWASP, CSV injection). */
function field(text: string): string {
  const plain = /^[=+\-@\t\r\n\0]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
