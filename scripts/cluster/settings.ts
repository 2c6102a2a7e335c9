import { resolve } from "node:path";
import { CommandError } from "../lib/command-error.ts";
import { exitCodes } from "../lib/exit-codes.ts";
import type { LogEngine } from "./data-folder.ts";

/** What `npm start` takes from the environment, checked. */
export interface Settings {
  /** The entry point's port; the others follow from it (see ports.ts). */
  readonly port: number;
  /** Folder of all data, absolute. */
  readonly dataDir: string;
  /** How many game nodes; undefined leaves it to the data folder, or else the default. */
  readonly nodes: number | undefined;
  /** `name:password` of the first admin. */
  readonly admin: string | undefined;
  /** What stands at the front. */
  readonly entryPoint: "gateway" | "nginx";
  /** What replicates the book. */
  readonly log: LogEngine;
  /** Whether operators may kill, pause and restart nodes from the page, and have bettors to watch meanwhile. */
  readonly demo: boolean;
  /** Handed to the processes as they are: name → value. */
  readonly passedOn: Readonly<Record<string, string>>;
}

export const DEFAULT_PORT = 8080;
export const DEFAULT_NODES = 3;
/** Ports P+11 … P+19 and P+21 … P+29 are the nodes', so there is room for nine. */
export const NODES_MAX = 9;
/** The highest entry port that leaves room for the highest Raft port, P+29. */
const PORT_MAX = 65_535 - 29;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks the environment.
 *
 * @throws CommandError (exit 78) that names the variable, its value and what it should be
 */
export function readSettings(
  env: Environment,
  {
    entryPoint = "gateway",
    demo = false,
    nats = false,
  }: Partial<Pick<Settings, "entryPoint" | "demo">> & { readonly nats?: boolean } = {},
): Settings {
  const passedOn: Record<string, string> = {};
  for (const [name, check] of Object.entries(passedOnChecks)) {
    const value = present(env, name);
    if (value === undefined) continue;
    const wanted = check(value);
    // A database address carries a password, which does not belong on a terminal.
    if (wanted !== undefined) refuse(name, name === "DATABASE_URL" ? "(not shown)" : value, wanted);
    passedOn[name] = value;
  }
  const admin = present(env, "QUORUMBOOK_ADMIN");
  if (admin !== undefined && !/^[A-Za-z0-9._-]{3,32}:.{10,128}$/su.test(admin)) {
    refuse(
      "QUORUMBOOK_ADMIN",
      "(not shown)",
      "name:password, with a name of 3 to 32 of A-Z a-z 0-9 . _ - and a password of 10 to 128 characters",
    );
  }
  return {
    port: integer(env, "PORT", 1, PORT_MAX) ?? DEFAULT_PORT,
    dataDir: readDataDir(env),
    nodes: integer(env, "QUORUMBOOK_NODES", 1, NODES_MAX),
    admin,
    entryPoint,
    log: readLog(env, nats),
    demo,
    passedOn,
  };
}

/** The data folder alone, for commands that look for a running system. */
export function readDataDir(env: Environment): string {
  return resolve(present(env, "QUORUMBOOK_DATA") ?? "data");
}

/** Variables that processes read themselves, checked here so that a wrong one is told before anything starts. */
const passedOnChecks: Readonly<Record<string, (value: string) => string | undefined>> = {
  QUORUMBOOK_LOG: (value) =>
    value === "raft-store" || /^(nats|tls):\/\/./.test(value)
      ? undefined
      : "unset, raft-store, or nats://host:port,host:port,…",
  QUORUMBOOK_BANKROLL: (value) =>
    /^\d{1,16}$/.test(value) && Number(value) <= 9e15 ? undefined : "an integer of minor units, 0 to 9e15",
  QUORUMBOOK_ACCESS_TTL: (value) =>
    /^\d{1,6}$/.test(value) && Number(value) >= 1 && Number(value) <= 86_400
      ? undefined
      : "whole seconds, 1 to 86400",
  QUORUMBOOK_RATE_LIMIT: (value) =>
    /^\d{1,6}(\.\d{1,6})?$/.test(value) ? undefined : "a factor of 0 or more (0 switches the limits off)",
  DATABASE_URL: (value) =>
    value.startsWith("mysql://") && URL.canParse(value)
      ? undefined
      : "an address mysql://user:password@host/name",
};

/** @param nats whether this system is to have NATS servers of its own */
function readLog(env: Environment, nats: boolean): LogEngine {
  const address = present(env, "QUORUMBOOK_LOG") ?? "raft-store";
  if (!nats) return address === "raft-store" ? "raft-store" : "other-nats";
  if (address !== "raft-store")
    refuse("QUORUMBOOK_LOG", address, "unset with --nats, which starts its own servers");
  return "nats";
}

function present(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === undefined || value === "" ? undefined : value;
}

function integer(env: Environment, name: string, min: number, max: number): number | undefined {
  const value = present(env, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d{1,6}$/.test(value) || number < min || number > max) {
    refuse(name, value, `an integer from ${min} to ${max}`);
  }
  return number;
}

function refuse(name: string, value: string, wanted: string): never {
  throw new CommandError(`${name} is ${value}, but must be ${wanted}`, exitCodes.config);
}
