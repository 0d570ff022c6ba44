/** `node verifier.js FILE`: reads a copy back in a process of its own, and prints what it found as one line of JSON. */
import { constants, setPriority } from "node:os";
import { readBack } from "./read-back.ts";

// The hub beside it, and whoever waits for that, come first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
console.log(JSON.stringify(readBack(process.argv[2] as string)));
