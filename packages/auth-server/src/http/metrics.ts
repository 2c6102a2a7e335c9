// What Prometheus reads.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { WorkQueue } from "../passwords/work-queue.ts";

export interface Metrics {
  readonly registry: Registry;
  readonly requests: Histogram<"method" | "route" | "status">;
  readonly logins: Counter<"outcome">;
  readonly registrations: Counter;
  readonly refreshReuses: Counter;
}

export function createMetrics(hashing: WorkQueue): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  gauge(registry, "quorumbook_auth_hashes_running", "Password hashes being computed.", () => hashing.running);
  gauge(
    registry,
    "quorumbook_auth_hashes_waiting",
    "Requests waiting for their turn to hash a password.",
    () => hashing.waiting,
  );
  return {
    registry,
    requests: new Histogram({
      name: "quorumbook_auth_request_seconds",
      help: "Time to answer a request, by route.",
      labelNames: ["method", "route", "status"],
      buckets: [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    logins: new Counter({
      name: "quorumbook_auth_logins_total",
      help: "Logins by outcome.",
      labelNames: ["outcome"],
      registers,
    }),
    registrations: new Counter({
      name: "quorumbook_auth_registrations_total",
      help: "Accounts registered.",
      registers,
    }),
    refreshReuses: new Counter({
      name: "quorumbook_auth_refresh_reuses_total",
      help: "Refresh tokens used a second time: each ended its family.",
      registers,
    }),
  };
}

function gauge(registry: Registry, name: string, help: string, read: () => number): Gauge {
  return new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}
