// What the routes and the socket are given: the parts of a node, made once in game-node.ts.
import type { UserId } from "@quorumbook/betting-core";
import type { ClusterFiguresAnswer, FiguresReport, NodeAnswer } from "./contract/answers.ts";
import type { BettingStateMachine } from "./replication/betting-state-machine.ts";
import type { CommandGateway } from "./replication/command-gateway.ts";
import type { Readiness } from "./replication/readiness.ts";
import type { ReplicatedLog } from "./replication/replicated-log.ts";
import type { ClientAddress } from "./security/client-address.ts";
import type { Notary } from "./receipts/notary.ts";
import type { RateLimiter } from "./security/rate-limiter.ts";
import type { Identity, TokenVerifier } from "./security/token-verifier.ts";
import type { PeerReports } from "./views/cluster-answer.ts";

export interface Services {
  readonly machine: BettingStateMachine;
  readonly log: ReplicatedLog;
  readonly gateway: CommandGateway;
  readonly tokens: TokenVerifier;
  /** Whether auth-server has called back the token that this identity came from. */
  readonly isRevoked: (identity: Identity) => boolean;
  readonly notary: Notary;
  readonly rates: RateLimiter;
  readonly addressOf: ClientAddress;
  /** This node's row of the cluster, now. */
  readonly ownReport: () => NodeAnswer;
  /** What the other nodes last said of themselves. */
  readonly peerReports: () => PeerReports;
  /** Of all nodes, now. */
  readonly clusterFigures: () => ClusterFiguresAnswer;
  /** This node's, as the others ask for them. */
  readonly ownFigures: () => FiguresReport;
  /** Whether this node may be sent requests, and why not. */
  readonly readiness: () => Readiness;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
}

/** An actor with the key of this request, as commands carry them. */
export interface Asker {
  readonly actor: UserId;
  readonly key?: string;
}
