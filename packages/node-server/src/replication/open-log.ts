// The log that the configuration asks for.
import type { BettingStateMachine } from "./betting-state-machine.ts";
import type { NatsSettings } from "./nats/nats-settings.ts";
import { openRaftLog, type RaftLogOptions } from "./raft-log.ts";
import type { ReplicatedLog } from "./replicated-log.ts";

export interface LogOptions extends RaftLogOptions {
  /** Undefined: raft-store. */
  readonly nats: NatsSettings | undefined;
}

export async function openLog(
  { nats, ...options }: LogOptions,
  machine: BettingStateMachine,
): Promise<ReplicatedLog> {
  if (nats === undefined) return openRaftLog(options, machine);
  // Loaded only here: who does not use NATS does not load its client either.
  const { openNatsLog } = await import("./nats/nats-log.ts");
  return openNatsLog({ ...options, nats }, machine);
}
