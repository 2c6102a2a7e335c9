import { MemoryLog } from "../../src/replication/memory-log.ts";
import { replicatedLogContract } from "../support/replicated-log-contract.ts";

replicatedLogContract("the log in memory", async (machine) => new MemoryLog(machine, Date.now));
