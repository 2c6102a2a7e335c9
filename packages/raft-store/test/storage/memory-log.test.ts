import { MemoryLog } from "../../src/storage/memory-log.ts";
import { testLogStorage } from "./log-storage-contract.ts";

testLogStorage("MemoryLog", () => {
  const log = new MemoryLog();
  return { log: () => log };
});
