// Figures for Prometheus.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { AppliedEntry, BettingStateMachine } from "./replication/betting-state-machine.ts";
import type { CommandGateway } from "./replication/command-gateway.ts";
import type { ReplicatedLog } from "./replication/replicated-log.ts";

export interface Measured {
  readonly log: ReplicatedLog;
  readonly machine: BettingStateMachine;
  readonly gateway: CommandGateway;
  readonly connections: () => number;
}

export interface Metrics {
  readonly text: () => Promise<string>;
  /** A REST request was answered. */
  readonly onResponse: (method: string, route: string, status: number, seconds: number) => void;
}

/** From a bet of half a millisecond to a wait that ends in a time-out. */
const SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function createMetrics({ log, machine, gateway, connections }: Measured): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, value: () => number): void => {
    const made: Gauge = new Gauge({ name, help, registers: [], collect: () => made.set(value()) });
    registry.registerMetric(made);
  };
  gauge("quorumbook_raft_term", "Current term", () => log.status().term);
  gauge("quorumbook_raft_leader", "1 where this node leads", () => Number(log.status().role === "leader"));
  gauge("quorumbook_raft_last_index", "Index of the last entry", () => log.status().lastIndex);
  gauge("quorumbook_raft_commit_index", "Index known to be committed", () => log.status().commitIndex);
  gauge("quorumbook_raft_applied_index", "Index applied to the book", () => log.status().appliedIndex);
  gauge("quorumbook_commands_in_flight", "Commands that wait for their commit", () => gateway.inFlight);
  gauge("quorumbook_socket_connections", "Open WebSockets", connections);
  gauge("quorumbook_book_exposure", "Worst case of all unsettled games, minor units", () =>
    machine.opened ? machine.book.totals().exposure : 0,
  );

  const commands = new Counter({
    name: "quorumbook_commands_applied_total",
    help: "Commands applied, by type and what the book said",
    labelNames: ["type", "outcome"],
    registers,
  });
  machine.listen({
    onApplied: ({ command, applied }: AppliedEntry) => {
      const { outcome } = applied;
      commands.inc({
        type: command.type,
        outcome: outcome.status === "accepted" ? "accepted" : outcome.rejection.code,
      });
    },
    onRestored: () => undefined,
  });

  const requests = new Histogram({
    name: "quorumbook_http_request_seconds",
    help: "Time to answer a REST request",
    labelNames: ["method", "route", "status"],
    buckets: SECONDS,
    registers,
  });
  return {
    text: () => registry.metrics(),
    onResponse: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
  };
}
