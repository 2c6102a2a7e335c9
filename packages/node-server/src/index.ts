// A game node to embed: give it a log, and it serves the book behind it over REST and WebSocket.
export { ConfigError, readConfig } from "./config.ts";
export { type GameNode, type GameNodeOptions, createGameNode } from "./game-node.ts";
export { BettingStateMachine } from "./replication/betting-state-machine.ts";
export { MemoryLog } from "./replication/memory-log.ts";
export {
  type Committed,
  LogError,
  type LogErrorCode,
  type LogEvent,
  type LogMember,
  type LogStatus,
  type ReplicatedLog,
} from "./replication/replicated-log.ts";
export { TokenVerifier, type TokenVerifierOptions } from "./security/token-verifier.ts";
export { type LoadedUws, loadUws, type UwsModule, UwsUnavailableError } from "./uws/load-uws.ts";
