/** Loaded into each thread of the hub before its program: a thread of the store gets the name of what it does, which /proc then tells. */
// @ts-check
import { writeFileSync } from "node:fs";
import { isMainThread, workerData } from "node:worker_threads";

const role = isMainThread ? undefined : workerData?.role;
if (typeof role === "string") writeFileSync("/proc/thread-self/comm", role);
