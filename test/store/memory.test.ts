import { MemoryData } from "../../server/store/memory/data.ts";
import { MemoryStore } from "../../server/store/memory/memory-store.ts";
import { auditKeptInTests } from "./contract/access.ts";
import { storeContract } from "./contract.ts";
import type { Engine } from "./world.ts";

function memoryEngine(): Engine {
  const data = new MemoryData();
  data.access.auditKept = auditKeptInTests;
  return {
    create: () => new MemoryStore(data),
    fail(store) {
      (store as MemoryStore).failNextAppend(1_000);
      return () => (store as MemoryStore).failNextAppend(0);
    },
    remove() {},
  };
}

storeContract("the memory engine", memoryEngine);
