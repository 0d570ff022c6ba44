// Node 20 and vitest do not transform worker entries: this file lets tsx do it, then runs the worker's source.
import { workerData } from "node:worker_threads";
import { register } from "tsx/esm/api";

register();
await import(workerData.entry);
