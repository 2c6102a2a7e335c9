// The one reader of the environment: variables in, a validated configuration out.
import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { join, resolve } from "node:path";
import { ConfigError } from "./errors.ts";
import { passwordWeakness } from "./passwords/password-policy.ts";
import { USERNAME_PATTERN } from "./users/user.ts";

export interface AuthConfig {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Folder of the embedded store and the signing keys. */
  readonly dataDir: string;
  /** Another database than the embedded one. */
  readonly databaseUrl: URL | undefined;
  readonly admin: { readonly username: string; readonly password: string } | undefined;
  readonly issuer: string;
  readonly audience: string;
  /** Life of an access token, seconds. */
  readonly accessLifetime: number;
  /** Factor on all rate limits; 0 switches them off. */
  readonly rateLimit: number;
  /** Built web app, or undefined to serve none. */
  readonly webRoot: string | undefined;
  /** Peers whose X-Forwarded-For is believed, beside loopback. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: string;
}

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];
/** An access token cannot be called back, so it may not live longer than a day. */
const ACCESS_LIFETIME_MAX = 86_400;

/** Name, default and meaning of each variable, as `--help` prints them. */
export const VARIABLES: readonly (readonly [name: string, fallback: string | undefined, means: string])[] = [
  ["QUORUMBOOK_HOST", "127.0.0.1", "address to listen on"],
  ["QUORUMBOOK_AUTH_PORT", undefined, "port to listen on; 0 lets the system choose"],
  ["QUORUMBOOK_AUTH_DATA", undefined, "folder of the embedded store and of the signing keys"],
  ["DATABASE_URL", "", "mysql://user:password@host:port/database; unset: the embedded store"],
  ["QUORUMBOOK_ADMIN", "", "name:password of the first admin, made at start if there is no admin yet"],
  ["QUORUMBOOK_ISSUER", "quorumbook", "`iss` of the tokens"],
  ["QUORUMBOOK_AUDIENCE", "quorumbook", "`aud` of the tokens"],
  ["QUORUMBOOK_ACCESS_TTL", "900", `life of an access token in seconds, 1 to ${ACCESS_LIFETIME_MAX}`],
  ["QUORUMBOOK_RATE_LIMIT", "1", "factor on all rate limits; 0 switches them off"],
  ["QUORUMBOOK_WEB_ROOT", "", "folder of the built web app; unset: none is served"],
  ["QUORUMBOOK_TRUSTED_PROXIES", "", "addresses whose X-Forwarded-For is believed, beside loopback: a,b,…"],
  ["QUORUMBOOK_LOG_LEVEL", "info", LOG_LEVELS.join(", ")],
];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks the whole configuration of the server.
 *
 * @throws ConfigError naming the first variable that is missing or wrong
 */
export function readConfig(env: Environment): AuthConfig {
  return {
    ...readStoreConfig(env),
    host: readHost(optional(env, "QUORUMBOOK_HOST")),
    port: readInteger("QUORUMBOOK_AUTH_PORT", required(env, "QUORUMBOOK_AUTH_PORT"), 0, 65_535),
    admin: readAdmin(optional(env, "QUORUMBOOK_ADMIN")),
    accessLifetime: readInteger(
      "QUORUMBOOK_ACCESS_TTL",
      optional(env, "QUORUMBOOK_ACCESS_TTL"),
      1,
      ACCESS_LIFETIME_MAX,
    ),
    issuer: optional(env, "QUORUMBOOK_ISSUER"),
    audience: optional(env, "QUORUMBOOK_AUDIENCE"),
    rateLimit: readFactor(optional(env, "QUORUMBOOK_RATE_LIMIT")),
    webRoot: readWebRoot(optional(env, "QUORUMBOOK_WEB_ROOT")),
    trustedProxies: readAddresses(optional(env, "QUORUMBOOK_TRUSTED_PROXIES")),
    logLevel: readLogLevel(optional(env, "QUORUMBOOK_LOG_LEVEL")),
  };
}

/** The part that the commands beside the server need. @throws ConfigError as {@link readConfig} */
export function readStoreConfig(env: Environment): Pick<AuthConfig, "dataDir" | "databaseUrl"> {
  return {
    dataDir: required(env, "QUORUMBOOK_AUTH_DATA"),
    databaseUrl: readDatabaseUrl(optional(env, "DATABASE_URL")),
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

function readInteger(variable: string, value: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most)) {
    throw new ConfigError(variable, `"${value}" is no whole number from ${least} to ${most}`);
  }
  return number;
}

function readHost(value: string): string {
  if (isIP(value) === 0 && !/^[A-Za-z0-9.-]{1,253}$/.test(value)) {
    throw new ConfigError("QUORUMBOOK_HOST", `"${value}" is no address or host name`);
  }
  return value;
}

function readFactor(value: string): number {
  const factor = /^\d{1,6}(\.\d{1,6})?$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(factor)) {
    throw new ConfigError("QUORUMBOOK_RATE_LIMIT", `"${value}" is no factor (0, 1, 2.5, …)`);
  }
  return factor;
}

/** The URL holds a password, so no message repeats it. */
function readDatabaseUrl(value: string): URL | undefined {
  if (value === "") return undefined;
  const url = URL.parse(value);
  if (url === null || url.protocol !== "mysql:" || url.hostname === "" || url.pathname.length < 2) {
    throw new ConfigError("DATABASE_URL", "is not of the form mysql://user:password@host:port/database");
  }
  return url;
}

/** Nor does this one: what was meant as a password may stand before the colon. */
function readAdmin(value: string): AuthConfig["admin"] {
  if (value === "") return undefined;
  const at = value.indexOf(":");
  const username = value.slice(0, Math.max(at, 0));
  const password = value.slice(at + 1);
  if (at < 0) throw new ConfigError("QUORUMBOOK_ADMIN", "is not of the form name:password");
  if (!new RegExp(USERNAME_PATTERN).test(username)) {
    throw new ConfigError("QUORUMBOOK_ADMIN", "the name must be 3 to 32 of A–Z a–z 0–9 . _ -");
  }
  const weakness = passwordWeakness(password);
  if (weakness !== undefined) throw new ConfigError("QUORUMBOOK_ADMIN", `the password ${weakness}`);
  return { username, password };
}

function readWebRoot(value: string): string | undefined {
  if (value === "") return undefined;
  if (!existsSync(join(value, "index.html"))) {
    throw new ConfigError("QUORUMBOOK_WEB_ROOT", `there is no index.html in ${value}; is the web app built?`);
  }
  return resolve(value);
}

function readAddresses(value: string): readonly string[] {
  if (value === "") return [];
  return value.split(",").map((text) => {
    const address = text.trim();
    if (isIP(address) === 0) {
      throw new ConfigError("QUORUMBOOK_TRUSTED_PROXIES", `"${address}" is no IP address`);
    }
    return address;
  });
}

function readLogLevel(value: string): string {
  if (!LOG_LEVELS.includes(value)) throw new ConfigError("QUORUMBOOK_LOG_LEVEL", `"${value}" is not a level`);
  return value;
}
