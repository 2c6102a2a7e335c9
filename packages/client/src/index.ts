// A client of Quorumbook: see docs/client.md.
export { Commands } from "./commands.ts";
export {
  EventStream,
  type EventStreamHandlers,
  type EventStreamPorts,
  type Socket,
  type StreamState,
} from "./event-stream.ts";
export { type Answer, HttpClient, type HttpPorts, type RequestOptions, retryPause } from "./http-client.ts";
export type * from "./messages.ts";
export { PasswordSession, type PasswordSessionPorts } from "./password-session.ts";
export {
  factNumber,
  isSafeToRetry,
  leavesOutcomeOpen,
  NETWORK_FAILED,
  networkProblem,
  NOT_CONNECTED,
  NOT_UNDERSTOOD,
  type Problem,
  readProblem,
} from "./problem.ts";
export { openSocket, QuorumbookClient, type QuorumbookClientOptions } from "./quorumbook-client.ts";
export type * from "./types.ts";
export { type Decision, type DecisionOptions, type DecisionPorts, untilDecided } from "./until-decided.ts";
