// The one reader of the environment: variables in, a validated configuration out. Nothing else in the package
// touches `process.env`, so what a node depends on is on this page.
import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { receiptKeyFor, receiptKeyOf } from "./receipts/receipt-key.ts";
import type { NatsSettings } from "./replication/nats/nats-settings.ts";

/** Everything a game node is told from outside. */
export interface NodeConfig {
  readonly nodeId: string;
  readonly host: string;
  /** REST and WebSocket; 0 lets the system choose (tests). */
  readonly httpPort: number;
  /** 0 where the log is not raft-store. */
  readonly raftPort: number;
  /** The whole initial membership, this node included: id → "host:port" of the Raft transport. None on NATS. */
  readonly peers: ReadonlyMap<string, string>;
  /** Not one of the initial members: it waits to be added as a learner, and `peers` are those that are there now. */
  readonly join: boolean;
  /** Where the other nodes answer `/statusz` and `/figuresz`: id → base URL. May lack some, or all. */
  readonly peerUrls: ReadonlyMap<string, URL>;
  readonly dataDir: string;
  readonly clusterId: string;
  readonly clusterSecret: string | undefined;
  /** Signs checkpoints of the history; the same on every node. */
  readonly receiptKey: KeyObject;
  /** Of the Raft transport, read from the files named; undefined: it is not encrypted. */
  readonly raftTls: { readonly key: string; readonly cert: string; readonly ca: string } | undefined;
  /** The log is on these servers; undefined: it is raft-store. */
  readonly nats: NatsSettings | undefined;
  readonly jwksUrl: URL;
  /** Where auth-server tells whose tokens it has called back; undefined: tokens hold until they end. */
  readonly revocationsUrl: URL | undefined;
  readonly issuer: string;
  readonly audience: string;
  /** House money of a new book, in minor units. */
  readonly bankroll: number;
  /** Factor on all rate limits; 0 switches them off. */
  readonly rateLimit: number;
  /** Addresses of proxies whose word on the client's address is taken, beside loopback. */
  readonly trustedProxies: readonly string[];
  /** What carries REST and WebSocket. */
  readonly sockets: SocketChoice;
  readonly logLevel: string;
}

/** `uws`: uWebSockets.js; `ws`: Node's own HTTP server and `ws`; `auto`: the first where this machine can run it. */
export type SocketChoice = "auto" | "uws" | "ws";

/** A variable that is missing or wrong. The process that meets one ends with {@link EXIT_BAD_CONFIG}. */
export class ConfigError extends Error {
  readonly variable: string;

  constructor(variable: string, message: string) {
    super(`${variable}: ${message}`);
    this.name = "ConfigError";
    this.variable = variable;
  }
}

/** `EX_CONFIG` of sysexits.h. */
export const EXIT_BAD_CONFIG = 78;
/** `EX_SOFTWARE` of sysexits.h: a broken invariant or a failed disk; restarting is the supervisor's decision. */
export const EXIT_FATAL = 70;

/** The largest amount that one command may carry (1e11 minor units), also the most a bankroll may begin with. */
const BANKROLL_MAX = 100_000_000_000;

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];

/** Name, default and meaning of each variable, as `--help` prints them. */
export const VARIABLES: readonly (readonly [name: string, fallback: string | undefined, means: string])[] = [
  ["QUORUMBOOK_NODE_ID", undefined, "this node's id, as it stands in QUORUMBOOK_PEERS"],
  ["QUORUMBOOK_HOST", "127.0.0.1", "address to listen on"],
  ["QUORUMBOOK_HTTP_PORT", undefined, "port of REST and WebSocket"],
  [
    "QUORUMBOOK_LOG",
    "raft-store",
    "what replicates the book: raft-store, or nats://host:port,host:port,… (tls://…)",
  ],
  ["QUORUMBOOK_RAFT_PORT", undefined, "port of the Raft transport; not on NATS"],
  [
    "QUORUMBOOK_PEERS",
    undefined,
    "the initial members: node1=host:port,node2=host:port,… (Raft addresses); not on NATS",
  ],
  [
    "QUORUMBOOK_JOIN",
    "0",
    "1: joins a running cluster, whose members now, and this node, QUORUMBOOK_PEERS names",
  ],
  ["QUORUMBOOK_PEER_URLS", "", "where members answer HTTP, to show their state: node1=http://host:port,…"],
  ["QUORUMBOOK_NODE_DATA", undefined, "folder of this node's log and snapshots"],
  ["QUORUMBOOK_CLUSTER_ID", undefined, "name of the cluster; a node of another one is refused"],
  ["QUORUMBOOK_CLUSTER_SECRET", "", "shared secret of the members"],
  ["QUORUMBOOK_RAFT_TLS_KEY", "", "PEM file: this node's key; with the two below, Raft traffic is encrypted"],
  [
    "QUORUMBOOK_RAFT_TLS_CERT",
    "",
    "PEM file: certificate for this node's id (subject alternative name, DNS)",
  ],
  ["QUORUMBOOK_RAFT_TLS_CA", "", "PEM file: the authority that issues to members alone"],
  ["QUORUMBOOK_NATS_REPLICAS", "3", "replicas of the stream, where it is to be made: 1, 3 or 5"],
  ["QUORUMBOOK_NATS_USER", "", "user of the NATS servers"],
  ["QUORUMBOOK_NATS_PASSWORD", "", "the user's password"],
  ["QUORUMBOOK_NATS_TOKEN", "", "token of the NATS servers, in the place of a user"],
  ["QUORUMBOOK_NATS_CREDS", "", "credentials file of a NATS user, in the place of a user or token"],
  ["QUORUMBOOK_NATS_TLS_CA", "", "PEM file: the authority of the NATS servers' certificates"],
  ["QUORUMBOOK_NATS_TLS_CERT", "", "PEM file: this node's certificate for the NATS servers"],
  ["QUORUMBOOK_NATS_TLS_KEY", "", "PEM file: the key of that certificate"],
  [
    "QUORUMBOOK_RECEIPT_KEY",
    "",
    "PEM file: the cluster's private Ed25519 key for receipts; else made of the cluster's secret",
  ],
  ["QUORUMBOOK_JWKS_URL", undefined, "where auth-server publishes its public keys"],
  [
    "QUORUMBOOK_REVOCATIONS_URL",
    "",
    "where auth-server lists users whose tokens are void before their end (its /internal/revocations)",
  ],
  ["QUORUMBOOK_ISSUER", "quorumbook", "required `iss` of a token"],
  ["QUORUMBOOK_AUDIENCE", "quorumbook", "required `aud` of a token"],
  ["QUORUMBOOK_BANKROLL", "100000000", "house money of a new book, in minor units"],
  ["QUORUMBOOK_RATE_LIMIT", "1", "factor on all rate limits; 0 switches them off"],
  ["QUORUMBOOK_TRUSTED_PROXIES", "", "addresses whose X-Forwarded-For is believed, beside loopback: a,b,…"],
  ["QUORUMBOOK_SOCKETS", "auto", "what carries REST and WebSocket: uws (uWebSockets.js), ws, or auto"],
  ["QUORUMBOOK_LOG_LEVEL", "info", LOG_LEVELS.join(", ")],
];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks the whole configuration.
 *
 * @throws ConfigError naming the first variable that is missing or wrong
 */
export function readConfig(env: Environment): NodeConfig {
  const nodeId = nodeName("QUORUMBOOK_NODE_ID", required(env, "QUORUMBOOK_NODE_ID"));
  const nats = readNats(env);
  const peers = nats === undefined ? readPeers(required(env, "QUORUMBOOK_PEERS")) : new Map<string, string>();
  if (nats === undefined && !peers.has(nodeId)) {
    throw new ConfigError("QUORUMBOOK_PEERS", `does not contain this node, ${nodeId}`);
  }
  return {
    nodeId,
    host: readHost(optional(env, "QUORUMBOOK_HOST")),
    httpPort: readPort("QUORUMBOOK_HTTP_PORT", required(env, "QUORUMBOOK_HTTP_PORT")),
    raftPort:
      nats === undefined ? readPort("QUORUMBOOK_RAFT_PORT", required(env, "QUORUMBOOK_RAFT_PORT")) : 0,
    peers,
    join: readSwitch("QUORUMBOOK_JOIN", optional(env, "QUORUMBOOK_JOIN")),
    peerUrls: readPeerUrls(optional(env, "QUORUMBOOK_PEER_URLS")),
    dataDir: required(env, "QUORUMBOOK_NODE_DATA"),
    clusterId: required(env, "QUORUMBOOK_CLUSTER_ID"),
    clusterSecret: optional(env, "QUORUMBOOK_CLUSTER_SECRET") || undefined,
    receiptKey: readReceiptKey(env),
    raftTls: readRaftTls(env),
    nats,
    jwksUrl: readUrl("QUORUMBOOK_JWKS_URL", required(env, "QUORUMBOOK_JWKS_URL")),
    revocationsUrl: readOptionalUrl(env, "QUORUMBOOK_REVOCATIONS_URL"),
    issuer: optional(env, "QUORUMBOOK_ISSUER"),
    audience: optional(env, "QUORUMBOOK_AUDIENCE"),
    bankroll: readBankroll(optional(env, "QUORUMBOOK_BANKROLL")),
    rateLimit: readFactor("QUORUMBOOK_RATE_LIMIT", optional(env, "QUORUMBOOK_RATE_LIMIT")),
    trustedProxies: readAddresses(optional(env, "QUORUMBOOK_TRUSTED_PROXIES")),
    sockets: readSockets(optional(env, "QUORUMBOOK_SOCKETS")),
    logLevel: readLogLevel(optional(env, "QUORUMBOOK_LOG_LEVEL")),
  };
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (value === undefined || value === "") throw new ConfigError(name, "is required");
  return value;
}

function optional(env: Environment, name: string): string {
  const value = env[name];
  if (value !== undefined && value !== "") return value;
  return VARIABLES.find(([variable]) => variable === name)?.[1] ?? "";
}

function readReceiptKey(env: Environment): KeyObject {
  const variable = "QUORUMBOOK_RECEIPT_KEY";
  const path = optional(env, variable);
  if (path === "") {
    const secret = optional(env, "QUORUMBOOK_CLUSTER_SECRET") || undefined;
    return receiptKeyFor(required(env, "QUORUMBOOK_CLUSTER_ID"), secret);
  }
  try {
    return receiptKeyOf(readFileSync(path, "utf8"));
  } catch (error) {
    throw new ConfigError(variable, `${path} cannot be used: ${(error as Error).message}`);
  }
}

/** All three or none. The files' contents are checked by the transport. */
function readRaftTls(env: Environment): NodeConfig["raftTls"] {
  const variables = [
    "QUORUMBOOK_RAFT_TLS_KEY",
    "QUORUMBOOK_RAFT_TLS_CERT",
    "QUORUMBOOK_RAFT_TLS_CA",
  ] as const;
  if (variables.every((variable) => optional(env, variable) === "")) return undefined;
  const [key, cert, ca] = variables.map((variable) => readText(variable, required(env, variable))) as [
    string,
    string,
    string,
  ];
  return { key, cert, ca };
}

function readText(variable: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigError(variable, `${path} cannot be read: ${(error as Error).message}`);
  }
}

function readNats(env: Environment): NatsSettings | undefined {
  const log = optional(env, "QUORUMBOOK_LOG");
  if (log === "raft-store") return undefined;
  const { servers, encrypted } = readServers(log);
  const given = (name: string): string | undefined => optional(env, name) || undefined;
  const file = (name: string): string | undefined => {
    const path = given(name);
    return path === undefined ? undefined : readText(name, path);
  };
  const ca = file("QUORUMBOOK_NATS_TLS_CA");
  const cert = file("QUORUMBOOK_NATS_TLS_CERT");
  const key = file("QUORUMBOOK_NATS_TLS_KEY");
  if ((cert === undefined) !== (key === undefined)) {
    throw new ConfigError("QUORUMBOOK_NATS_TLS_CERT", "goes with QUORUMBOOK_NATS_TLS_KEY, and that with it");
  }
  const wantsTls = encrypted || ca !== undefined || cert !== undefined;
  return {
    servers,
    replicas: readReplicas(optional(env, "QUORUMBOOK_NATS_REPLICAS")),
    tls: wantsTls
      ? {
          ...(ca !== undefined && { ca }),
          ...(cert !== undefined && { cert }),
          ...(key !== undefined && { key }),
        }
      : undefined,
    user: given("QUORUMBOOK_NATS_USER"),
    password: given("QUORUMBOOK_NATS_PASSWORD"),
    token: given("QUORUMBOOK_NATS_TOKEN"),
    creds: file("QUORUMBOOK_NATS_CREDS"),
  };
}

/** `nats://a:4222,b:4222`, with or without the scheme before each. */
function readServers(value: string): { readonly servers: readonly string[]; readonly encrypted: boolean } {
  const variable = "QUORUMBOOK_LOG";
  const wanted = "raft-store, or nats://host:port,host:port,… (or tls://…)";
  const scheme = /^(nats|tls):\/\//.exec(value)?.[1];
  if (scheme === undefined) throw new ConfigError(variable, `"${value}" is not ${wanted}`);
  const servers = value.split(",").map((each) => {
    const address = each.trim().replace(`${scheme}://`, "");
    if (address.includes("@")) {
      throw new ConfigError(
        variable,
        "holds credentials: use QUORUMBOOK_NATS_USER and QUORUMBOOK_NATS_PASSWORD",
      );
    }
    if (/^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?$/.test(address)) return address;
    throw new ConfigError(variable, `"${address}" is no address of a server; it has to be ${wanted}`);
  });
  return { servers, encrypted: scheme === "tls" };
}

function readReplicas(value: string): number {
  if (value === "1" || value === "3" || value === "5") return Number(value);
  throw new ConfigError("QUORUMBOOK_NATS_REPLICAS", `"${value}" is neither 1, 3 nor 5`);
}

function nodeName(variable: string, value: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(value)) {
    throw new ConfigError(
      variable,
      `"${value}" is no node id (letters, digits, ".", "-" and "_", at most 63)`,
    );
  }
  return value;
}

function readPort(variable: string, value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (!(port <= 65_535)) throw new ConfigError(variable, `"${value}" is no port (0 to 65535)`);
  return port;
}

function readHost(value: string): string {
  if (isIP(value) === 0 && !/^[A-Za-z0-9.-]{1,253}$/.test(value)) {
    throw new ConfigError("QUORUMBOOK_HOST", `"${value}" is no address or host name`);
  }
  return value;
}

function readSwitch(variable: string, value: string): boolean {
  if (value !== "0" && value !== "1") throw new ConfigError(variable, `"${value}" is neither 0 nor 1`);
  return value === "1";
}

function readUrl(variable: string, value: string): URL {
  const url = URL.parse(value);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new ConfigError(variable, `"${value}" is no http or https URL`);
  }
  return url;
}

function readOptionalUrl(env: Environment, variable: string): URL | undefined {
  const value = optional(env, variable);
  return value === "" ? undefined : readUrl(variable, value);
}

/** `a=x,b=y` as pairs; empty text is no pairs. */
function readPairs(variable: string, value: string): [string, string][] {
  if (value === "") return [];
  return value.split(",").map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1 || at === pair.length - 1)
      throw new ConfigError(variable, `"${pair}" is not of the form id=address`);
    return [nodeName(variable, pair.slice(0, at).trim()), pair.slice(at + 1).trim()];
  });
}

function readPeers(value: string): ReadonlyMap<string, string> {
  const peers = new Map<string, string>();
  for (const [id, address] of readPairs("QUORUMBOOK_PEERS", value)) {
    if (peers.has(id)) throw new ConfigError("QUORUMBOOK_PEERS", `names ${id} twice`);
    if (!/^.+:\d{1,5}$/.test(address))
      throw new ConfigError("QUORUMBOOK_PEERS", `"${address}" is not host:port`);
    peers.set(id, address);
  }
  return peers;
}

function readPeerUrls(value: string): ReadonlyMap<string, URL> {
  const pairs = readPairs("QUORUMBOOK_PEER_URLS", value);
  return new Map(pairs.map(([id, url]) => [id, readUrl("QUORUMBOOK_PEER_URLS", url)]));
}

function readBankroll(value: string): number {
  const amount = /^\d{1,12}$/.test(value) ? Number(value) : Number.NaN;
  if (!(amount >= 1 && amount <= BANKROLL_MAX)) {
    throw new ConfigError(
      "QUORUMBOOK_BANKROLL",
      `"${value}" is no amount of minor units from 1 to ${BANKROLL_MAX}`,
    );
  }
  return amount;
}

function readFactor(variable: string, value: string): number {
  const factor = /^\d{1,6}(\.\d{1,6})?$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(factor)) throw new ConfigError(variable, `"${value}" is no factor (0, 1, 2.5, …)`);
  return factor;
}

function readAddresses(value: string): readonly string[] {
  if (value === "") return [];
  return value.split(",").map((address) => {
    if (isIP(address.trim()) !== 0) return address.trim();
    throw new ConfigError("QUORUMBOOK_TRUSTED_PROXIES", `"${address}" is no IP address`);
  });
}

function readSockets(value: string): SocketChoice {
  if (value === "auto" || value === "uws" || value === "ws") return value;
  throw new ConfigError("QUORUMBOOK_SOCKETS", `"${value}" is neither auto, uws nor ws`);
}

function readLogLevel(value: string): string {
  if (!LOG_LEVELS.includes(value)) throw new ConfigError("QUORUMBOOK_LOG_LEVEL", `"${value}" is not a level`);
  return value;
}
