/** Why the hub could not start, in one sentence that says what to do. */
import type { Config } from "../config.ts";
import { TokenFileError } from "../hub/access/former-token.ts";
import { StoreOpenError } from "../store/store.ts";
import { PairError } from "../transport/tls/pair.ts";

const notWritable = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENOENT"]);

/** Undefined for what nobody foresaw: that is a fault of the hub, and its stack is worth more than a sentence. */
export function explainStart(error: unknown, config: Config): string | undefined {
  if (error instanceof StoreOpenError || error instanceof TokenFileError || error instanceof PairError)
    return error.message;
  if (!(error instanceof Error)) return undefined;
  const { code, syscall } = error as NodeJS.ErrnoException;
  const { host, port, data, lan } = config;
  if (code === "EADDRINUSE") {
    return `Port ${port}${lan ? "" : ` of ${host}`} is in use by another program: stop that program, or choose another port, such as npm start -- --port ${port < 65_535 ? port + 1 : 8080}.`;
  }
  if (code === "EACCES" && syscall === "listen") {
    return `Port ${port} is reserved for the administrator of this machine: choose one from 1024 on, such as npm start -- --port 8080.`;
  }
  if (code === "EADDRNOTAVAIL" || syscall === "getaddrinfo") {
    return `${host} is not an address of this machine: choose one that is, such as npm start -- --host 127.0.0.1.`;
  }
  if (code === "ENOSPC")
    return `The disk that holds ${data} is full: free some space, or choose another folder with --data.`;
  if (code !== undefined && notWritable.has(code)) {
    return `The hub cannot write in ${data} (${code}): allow this user to write there, or choose another folder, such as npm start -- --data ./data.`;
  }
  return undefined;
}
