// What the dashboard and the alerts ask for is what a node tells.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SocketClient } from "./support/socket-client.ts";
import { startMemoryNode, type TestNode } from "../support/memory-node.ts";

const deploy = (name: string): string =>
  readFileSync(join(import.meta.dirname, "../../../../deploy", name), "utf8");

let node: TestNode;
/** Labels by name of the figure, as `/metrics` tells them. */
const told = new Map<string, Set<string>>();

beforeAll(async () => {
  node = await startMemoryNode();
  const port = await node.node.listen("127.0.0.1", 0);
  const gameId = await node.openGame();
  await node.post(
    "/api/bets",
    { gameId, outcome: "opt1", stake: 100, odds: 1.01, accept: "any" },
    { as: "ann" },
  );
  const socket = await SocketClient.connect(port);
  for (let sent = 0; sent < 10; sent += 1) socket.send({ type: "nonsense" });
  await socket.closed;
  const { text } = await node.get("/metrics");
  for (const line of text.split("\n")) {
    const found = /^([a-z_0-9]+)(?:\{(.*)\})? /.exec(line);
    if (found === null) continue;
    const [, name = "", labels = ""] = found;
    const known = told.get(name) ?? new Set();
    for (const [, label = ""] of labels.matchAll(/([a-z_]+)="/g)) known.add(label);
    told.set(name, known);
  }
});
afterAll(() => node.close());

/** Labels that Prometheus adds. */
const ADDED = new Set(["job", "instance"]);
/** Figures that need another member, or a disk: node-server's integration tests have both. */
const NOT_IN_MEMORY = new Set([
  "quorumbook_raft_persist_seconds_bucket",
  "quorumbook_raft_leader_changes_total",
]);

const expressions: readonly (readonly [where: string, expr: string])[] = [
  ...[...deploy("grafana/quorumbook.json").matchAll(/"expr": "((?:[^"\\]|\\.)*)"/g)].map(
    ([, expr = ""]) => ["dashboard", JSON.parse(`"${expr}"`) as string] as const,
  ),
  ...[...deploy("prometheus/alerts.yml").matchAll(/^ +expr: (.*)$/gm)].map(
    ([, expr = ""]) => ["alerts", expr] as const,
  ),
];

describe("the dashboard and the alerts", () => {
  it("ask for something", () => {
    expect(expressions.filter(([where]) => where === "dashboard").length).toBeGreaterThan(25);
    expect(expressions.filter(([where]) => where === "alerts").length).toBeGreaterThanOrEqual(10);
  });

  it.each(expressions)("%s: %s", (_where, expr) => {
    const names = [...expr.matchAll(/\b((?:quorumbook|process|nodejs)_[a-z_0-9]+)(?:\{([^}]*)\})?/g)];
    for (const [, name = "", selector = ""] of names) {
      expect([...told.keys()], expr).toContain(name);
      const labels = told.get(name) ?? new Set();
      if (NOT_IN_MEMORY.has(name)) continue;
      for (const [, label = ""] of selector.matchAll(/([a-z_]+) *!?=/g)) {
        expect(labels.has(label) || ADDED.has(label), `${label} of ${name}`).toBe(true);
      }
    }
    const all = new Set(names.flatMap(([, name = ""]) => [...(told.get(name) ?? [])]));
    const isWhole = names.every(([, name = ""]) => !NOT_IN_MEMORY.has(name));
    for (const [, by = ""] of expr.matchAll(/by \(([^)]*)\)/g)) {
      for (const label of by.split(/, */)) {
        expect(all.has(label) || ADDED.has(label) || !isWhole, `${label} of ${expr}`).toBe(true);
      }
    }
  });

  it("leave out no figure of the book or the log", () => {
    const asked = expressions.map(([, expr]) => expr).join("\n");
    const own = [...told.keys()].filter((name) => name.startsWith("quorumbook_"));
    const families = new Set(own.map((name) => name.replace(/_(bucket|sum|count)$/, "")));
    const unasked = [...families].filter((name) => !asked.includes(name));
    expect(unasked.toSorted()).toEqual([
      "quorumbook_book_escrow",
      "quorumbook_book_open_games",
      "quorumbook_log_time_seconds",
    ]);
  });
});
