import type { Game } from "@quorumbook/client";
import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { HOST } from "../cluster/ports.ts";
import type { SeasonSystem } from "../season/season-system.ts";
import { Session } from "../season/session.ts";
import { attackBy, type Order } from "./attacker.ts";
import { attacks } from "./attacks.ts";
import { type Experience, Honest } from "./honest.ts";

export interface HostileOptions {
  /** How long each attack lasts. */
  readonly seconds: number;
  readonly sockets: number;
  readonly seed: number;
}

export interface AttackReport extends Experience {
  readonly attack: string;
  readonly at: "entry point" | "node";
  /** Of the largest game node when the attack ended, in MiB. */
  readonly memoryMiB: number;
}

export interface HostileReport {
  readonly quiet: Experience;
  readonly attacks: readonly AttackReport[];
  /** Of the largest game node, before and some seconds after all attacks, in MiB. */
  readonly memoryMiB: { readonly before: number; readonly most: number; readonly after: number };
  readonly faults: readonly string[];
  readonly passed: boolean;
}

const HONEST_CLIENTS = 8;
/** A node that is attacked may grow by this much at most, in MiB. */
const GROWTH_MIB_MAX = 512;
/** An honest client waits no longer than this at the 99th percentile, in ms, whatever goes on beside it. */
const HONEST_P99_MS_MAX = 2_000;
/** So many of a hundred honest requests may be refused or cut while an attack goes on. */
const FAILURE_PERCENT_MAX = 1;

/** Attacks a running system in every way of attacks.ts, at its entry point and at one node, and watches what happens. */
export async function runHostile(
  system: SeasonSystem,
  { seconds, sockets, seed }: HostileOptions,
  say: (line: string) => void,
): Promise<HostileReport> {
  const run = randomBytes(4).toString("hex");
  const phrase = randomBytes(18).toString("base64url");
  const sessions = Array.from(
    { length: HONEST_CLIENTS },
    (_, at) => new Session(system.entry, `h-${run}-${at}`, phrase),
  );
  for (const session of sessions) await session.register();
  const honest = new Honest(sessions, await openGame(system, run));
  const nodes = await system.nodes();
  const pids = nodes.map(({ pid }) => pid);
  const memory = (): number => Math.max(...pids.map((pid) => (pid === null ? 0 : residentMiB(pid))));
  const before = memory();
  const within = (ms: number): (() => boolean) => {
    const endsAt = performance.now() + ms;
    return () => performance.now() >= endsAt;
  };
  const quiet = await honest.use(within(seconds * 1_000));
  say(`in peace: ${told(quiet)}`);

  const token = (await sessions[0]?.client.session.token()) ?? "";
  const jwks = await (await fetch(`${system.entry}/api/auth/.well-known/jwks.json`)).text();
  const places = [
    { at: "entry point", port: Number(new URL(system.entry).port) },
    { at: "node", port: nodes[0]?.httpPort ?? 0 },
  ] as const;
  const reports: AttackReport[] = [];
  for (const { at, port } of places) {
    for (const { name } of attacks) {
      const ms = seconds * 1_000;
      const order: Order = { attack: name, seed, ms, host: HOST, port, token, jwks, sockets };
      const report = await suffer(order, at, honest, within(ms), memory);
      reports.push(report);
      say(`${name} at the ${at}: ${told(report)}, ${report.memoryMiB} MiB`);
    }
  }
  await sleep(3_000);
  const after = memory();
  const most = Math.max(...reports.map(({ memoryMiB }) => memoryMiB));
  const faults = [...reports.flatMap((report) => faultsOf(report)), ...(await aliveFaults(system, pids))];
  if (most - before > GROWTH_MIB_MAX) faults.push(`a node grew from ${before} to ${most} MiB`);
  return {
    quiet,
    attacks: reports,
    memoryMiB: { before, most, after },
    faults,
    passed: faults.length === 0,
  };
}

async function suffer(
  order: Order,
  at: AttackReport["at"],
  honest: Honest,
  until: () => boolean,
  memory: () => number,
): Promise<AttackReport> {
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, memory());
  }, 250);
  const [experience] = await Promise.all([honest.use(until), attackBy(order)]);
  clearInterval(watch);
  return { attack: order.attack, at, ...experience, memoryMiB: most };
}

function faultsOf({ attack, at, requests, failures, p99 }: AttackReport): string[] {
  const faults: string[] = [];
  // A system with limits on rates holds back whoever shares the attacker's address; here everybody does.
  const harmed = failures.filter((code) => code !== "rate_limited");
  if (harmed.length * 100 > requests * FAILURE_PERCENT_MAX) {
    const codes = [...new Set(harmed)].join(", ");
    faults.push(`${attack} at the ${at}: ${harmed.length} of ${requests} honest requests failed (${codes})`);
  }
  if (p99 > HONEST_P99_MS_MAX) faults.push(`${attack} at the ${at}: honest clients waited ${p99} ms`);
  return faults;
}

/** The same processes as before, and all of them ready. */
async function aliveFaults(system: SeasonSystem, pids: readonly (number | null)[]): Promise<string[]> {
  const faults: string[] = [];
  for (const [at, node] of (await system.nodes()).entries()) {
    if (node.pid !== pids[at]) faults.push(`${node.nodeId} ended, and was started again`);
    const { status } = await fetch(`http://${HOST}:${node.httpPort}/readyz`);
    if (status !== 200) faults.push(`${node.nodeId} is not ready afterwards (${status})`);
  }
  return faults;
}

async function openGame(system: SeasonSystem, run: string): Promise<Game> {
  const { username, password } = await system.createAdmin(`hostile-${run}`);
  const admin = new Session(system.entry, username, password);
  await admin.login();
  const body = { question: "Does it hold?", category: "virtual", outcomes: ["yes", "no"] };
  const answer = await admin.client.http.post<Game>("/api/games", { body, key: randomUUID() });
  if (!answer.ok) throw new Error(`no game could be opened: ${answer.problem.code}`);
  return answer.value;
}

function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  return Math.round(Number(kib) / 1024);
}

function told({ requests, failures, p50, p99 }: Experience): string {
  return `${requests} honest requests, ${failures.length} failed, p50 ${p50} ms, p99 ${p99} ms`;
}
