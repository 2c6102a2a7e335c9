// Figures for Prometheus.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { keptBy } from "./metrics/kept-by.ts";
import { TimeHistogram, type TimeTally } from "./metrics/time-histogram.ts";
import type { AppliedEntry, BettingStateMachine } from "./replication/betting-state-machine.ts";
import type { CommandGateway } from "./replication/command-gateway.ts";
import type { ReplicatedLog } from "./replication/replicated-log.ts";

export interface Measured {
  readonly log: ReplicatedLog;
  readonly machine: BettingStateMachine;
  readonly gateway: CommandGateway;
  readonly connections: () => number;
  /** Connections that follow games. */
  readonly followers: () => number;
  readonly isReady: () => boolean;
}

export interface Metrics {
  readonly text: () => Promise<string>;
  /** A REST request was answered. */
  readonly onResponse: (method: string, route: string, status: number, seconds: number) => void;
  /** The node closes a WebSocket, with that code: 1013 for a client that reads too slowly, 1008 for a broken one. */
  readonly onSocketClosing: (code: number) => void;
}

/** From an apply of some microseconds to a disk that stalls. */
const SHORT_SECONDS = [0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
/** From a bet of half a millisecond to a wait that ends in a time-out. */
const SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function createMetrics(measured: Measured): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  addGauges(registry, measured);
  watchLog(registry, measured);
  watchCommands(registry, measured);
  const registers = [registry];
  const requests = new TimeHistogram({
    name: "quorumbook_http_request_seconds",
    help: "Time to answer a REST request",
    labelNames: ["method", "route", "status"],
    buckets: SECONDS,
    registers,
  });
  const closings = new Counter({
    name: "quorumbook_socket_closings_total",
    help: "WebSockets that the node closed, by code",
    labelNames: ["code"],
    registers,
  });
  const tallies = new Map<string, TimeTally>();
  return {
    text: () => registry.metrics(),
    onResponse: (method, route, status, seconds) => {
      const tally = keptBy(tallies, `${method} ${status} ${route}`, () =>
        requests.tally({ method, route, status }),
      );
      tally.observe(seconds);
    },
    onSocketClosing: (code) => closings.inc({ code }),
  };
}

function addGauges(registry: Registry, measured: Measured): void {
  const { log, machine, gateway, connections, followers, isReady } = measured;
  const gauge = (name: string, help: string, value: () => number): void => {
    const made: Gauge = new Gauge({ name, help, registers: [], collect: () => made.set(value()) });
    registry.registerMetric(made);
  };
  gauge("quorumbook_ready", "1 where the node may be sent requests", () => Number(isReady()));
  gauge("quorumbook_raft_term", "Current term", () => log.status().term);
  gauge("quorumbook_raft_leader", "1 where this node leads", () => Number(log.status().role === "leader"));
  gauge("quorumbook_raft_last_index", "Index of the last entry", () => log.status().lastIndex);
  gauge("quorumbook_raft_commit_index", "Index known to be committed", () => log.status().commitIndex);
  gauge("quorumbook_raft_applied_index", "Index applied to the book", () => log.status().appliedIndex);
  gauge(
    "quorumbook_clock_offset_seconds",
    "This clock minus the middle one of the members'",
    () => (log.status().clockOffsetMs ?? 0) / 1000,
  );
  gauge("quorumbook_log_time_seconds", "Time of the last entry applied, since 1970", () =>
    machine.opened ? machine.book.at / 1000 : 0,
  );
  gauge("quorumbook_commands_in_flight", "Commands that wait for their commit", () => gateway.inFlight);
  gauge("quorumbook_socket_connections", "Open WebSockets", connections);
  gauge("quorumbook_socket_followers", "Open WebSockets that follow games", followers);
  const total = (name: string, help: string, field: "exposure" | "house" | "escrow" | "openGames"): void =>
    gauge(`quorumbook_book_${name}`, help, () => (machine.opened ? machine.book.totals()[field] : 0));
  total("exposure", "Worst case of all unsettled games, minor units", "exposure");
  total("house", "The house's own money, minor units", "house");
  total("escrow", "Stakes of open bets, minor units", "escrow");
  total("open_games", "Games that are neither settled nor voided", "openGames");
}

/** What the log says of itself, and of the others where it leads. */
function watchLog(registry: Registry, { log }: Measured): void {
  const registers = [registry];
  const lag: Gauge<"member"> = new Gauge({
    name: "quorumbook_raft_member_lag_seconds",
    help: "On the leader: for how long there has been something in the log that the member does not have",
    labelNames: ["member"],
    registers,
    collect: () => {
      lag.reset();
      for (const { nodeId, lagMs } of log.status().members) {
        if (lagMs !== undefined) lag.set({ member: nodeId }, lagMs / 1000);
      }
    },
  });
  const reachable: Gauge<"member"> = new Gauge({
    name: "quorumbook_raft_member_reachable",
    help: "1 where this node has a connection to the member",
    labelNames: ["member"],
    registers,
    collect: () => {
      reachable.reset();
      for (const member of log.status().members) {
        reachable.set({ member: member.nodeId }, Number(member.reachable));
      }
    },
  });
  const changes = new Counter({
    name: "quorumbook_raft_leader_changes_total",
    help: "How often this node learned of another leader, or of none",
    registers,
  });
  const persist = new Histogram({
    name: "quorumbook_raft_persist_seconds",
    help: "Time from the order to write to the end of fsync",
    buckets: SECONDS,
    registers,
  });
  let { leader } = log.status();
  log.subscribe((event) => {
    if (event.type === "persisted") persist.observe(event.ms / 1000);
    if (event.type !== "changed") return;
    const now = log.status().leader;
    if (now !== leader) changes.inc();
    leader = now;
  });
}

function watchCommands(registry: Registry, { machine, gateway }: Measured): void {
  const registers = [registry];
  /** How many, by type, then by what the book said. */
  const counts = new Map<string, Map<string, { count: number }>>();
  const commands: Counter<"type" | "outcome"> = new Counter({
    name: "quorumbook_commands_applied_total",
    help: "Commands applied, by type and what the book said",
    labelNames: ["type", "outcome"],
    registers,
    collect: () => {
      commands.reset();
      for (const [type, ofType] of counts) {
        for (const [outcome, { count }] of ofType) commands.inc({ type, outcome }, count);
      }
    },
  });
  const apply = new TimeHistogram({
    name: "quorumbook_apply_seconds",
    help: "Time that the book takes over a command",
    buckets: SHORT_SECONDS,
    registers,
  }).tally({});
  machine.listen({
    onApplied: ({ command, applied: { outcome }, tookMs }: AppliedEntry) => {
      apply.observe(tookMs / 1000);
      const ofType = keptBy(counts, command.type, () => new Map());
      const said = outcome.status === "accepted" ? "accepted" : outcome.rejection.code;
      keptBy(ofType, said, () => ({ count: 0 })).count += 1;
    },
    onRestored: () => undefined,
  });
  const commit = new TimeHistogram({
    name: "quorumbook_commit_seconds",
    help: "Time that a command of this node's clients waits until it is committed and applied here",
    labelNames: ["outcome"],
    buckets: SECONDS,
    registers,
  });
  const tallies = new Map<string, TimeTally>();
  gateway.onSettled = (seconds, outcome) =>
    keptBy(tallies, outcome, () => commit.tally({ outcome })).observe(seconds);
}
