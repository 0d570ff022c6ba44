/** `node verifier.js FILE`: reads a copy back in a process of its own, and prints what it found as one line of JSON. */
import { readBack } from "./read-back.ts";

console.log(JSON.stringify(readBack(process.argv[2] as string)));
