import { allPorts, portIsFree, portsFrom } from "../cluster/ports.ts";

/** Below Linux's range of ephemeral ports (32768 on), from which outgoing connections take theirs. */
const FIRST = 20_000;
const LAST = 32_000;
/** A system uses 30 ports in a row. */
const STEP = 30;

/** An entry port for a system of `nodes` nodes, with or without NATS servers, all of whose ports are free at the moment. */
export async function findFreeEntryPort(nodes: number, natsServers = 0): Promise<number> {
  const slots = (LAST - FIRST) / STEP;
  const first = Math.floor(Math.random() * slots);
  for (let tried = 0; tried < slots; tried += 1) {
    const entry = FIRST + ((first + tried) % slots) * STEP;
    const free = await Promise.all(
      [...allPorts(portsFrom(entry), nodes, natsServers).keys()].map(portIsFree),
    );
    if (free.every(Boolean)) return entry;
  }
  throw new Error(`no free ports between ${FIRST} and ${LAST}`);
}
