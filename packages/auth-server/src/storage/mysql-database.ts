// MySQL or MariaDB: a pool of connections that comes back by itself after the database was away.
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { CompiledQuery, Kysely, MysqlDialect, type MysqlPool, type MysqlPoolConnection } from "kysely";
import { createPool, type Pool, type PoolConnection, type PoolOptions } from "mysql2";
import { ConfigError, messageOf, StoreError } from "../errors.ts";
import type { Schema, SqlDatabase } from "./schema.ts";

/** The server answers in a fraction of a millisecond, so ten carry more logins than the processors can hash. */
const CONNECTIONS_MAX = 10;
/** Requests that wait for a connection; more than that is refused at once rather than later. */
const WAITING_MAX = 200;
const CONNECT_TIMEOUT_MS = 3_000;
/** A query that takes this long hangs on a database that is stuck; its connection is given up. */
const QUERY_TIMEOUT_MS = 5_000;

const DUPLICATE = 1062;
/** Deadlock: rolled back whole by the server, so the transaction may be run again at once. */
const DEADLOCK = 1213;
/**
 * The server's own ways to say "not now": 1021 disk full, 1040 too many connections, 1053 shutting down,
 * 1205 lock wait timeout, 1290 read-only, 1836 read-only, 3101 rolled back by the cluster.
 */
const UNAVAILABLE = new Set([1021, 1040, 1053, 1205, 1290, 1836, 3101, DEADLOCK]);
const NETWORK = /^(?:E[A-Z]+|PROTOCOL_CONNECTION_LOST|PROTOCOL_SEQUENCE_TIMEOUT|POOL_CLOSED)$/;

/**
 * Opens a pool for `mysql://user:password@host:port/database`. Connects at the first query.
 *
 * `?tls=required` or `?tls=off` says whether the connection must be encrypted, and the server's name proved;
 * `?tls-ca=FILE` with which authority, needed where the server is named by its address. Without a word it must be, unless the server is on this machine.
 *
 * @throws ConfigError where the URL's parameters make no sense
 */
export function openMysqlDatabase(url: URL): SqlDatabase {
  const pool = createPool(poolOptions(url));
  const queries = new Kysely<Schema>({
    dialect: new MysqlDialect({
      pool: prepared(pool),
      onCreateConnection: async (connection) => {
        // The queries say themselves which rows they lock; gap locks would only make them wait for one another.
        await connection.executeQuery(
          CompiledQuery.raw("set session transaction isolation level read committed"),
        );
      },
    }),
  });
  return {
    queries,
    kind: "mysql",
    isUniqueViolation: (error) => numberOf(error) === DUPLICATE,
    isDeadlock: (error) => numberOf(error) === DEADLOCK,
    toStoreError(error) {
      const isAway = UNAVAILABLE.has(numberOf(error) ?? 0) || isNetworkFailure(error);
      return isAway ? new StoreError("STORE_UNAVAILABLE", messageOf(error), { cause: error }) : undefined;
    },
    async close() {
      // Kysely closes the pool only if it has used it; a pool may be ended twice.
      await queries.destroy();
      await new Promise<void>((resolve) => pool.end(() => resolve()));
    },
  };
}

function poolOptions(url: URL): PoolOptions {
  const tls = tlsOptions(url);
  return {
    host: url.hostname,
    port: url.port === "" ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    charset: "utf8mb4",
    connectionLimit: CONNECTIONS_MAX,
    queueLimit: WAITING_MAX,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableKeepAlive: true,
    ...(tls !== undefined && { ssl: tls }),
  };
}

function tlsOptions(url: URL): (PoolOptions["ssl"] & object) | undefined {
  for (const name of url.searchParams.keys()) {
    if (name !== "tls" && name !== "tls-ca")
      throw new ConfigError("DATABASE_URL", `knows no parameter "${name}"`);
  }
  const wish = url.searchParams.get("tls") ?? (isThisMachine(url.hostname) ? "off" : "required");
  if (wish === "off") return undefined;
  if (wish !== "required") throw new ConfigError("DATABASE_URL", "tls is either required or off");
  const file = url.searchParams.get("tls-ca");
  if (file === null && isAddress(url.hostname)) {
    // Anybody can have a certificate for some name of theirs from the authorities that everybody trusts.
    throw new ConfigError(
      "DATABASE_URL",
      "with tls names the server by its name, or its authority by tls-ca",
    );
  }
  const trust = file === null ? {} : { ca: readAuthorities(file) };
  return {
    ...trust,
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    // An address has no name to prove: there the authority given vouches for the database alone.
    verifyIdentity: !isAddress(url.hostname),
  };
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError("DATABASE_URL", `tls-ca cannot be read: ${messageOf(error)}`);
  }
}

function isAddress(host: string): boolean {
  return isIP(host.replace(/^\[|\]$/g, "")) !== 0;
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** The pool as Kysely wants it, with prepared statements wherever there are values. */
function prepared(pool: Pool): MysqlPool {
  const adapted = new WeakMap<PoolConnection, MysqlPoolConnection>();
  return {
    end: (callback) => pool.end(callback),
    getConnection(callback) {
      pool.getConnection((error, connection) => {
        // On failure Kysely looks at the error alone.
        if (error !== null) return callback(error, connection);
        const known = adapted.get(connection) ?? adapt(connection);
        adapted.set(connection, known);
        callback(null, known);
      });
    },
  };
}

function adapt(connection: PoolConnection): MysqlPoolConnection {
  return {
    config: connection.config,
    threadId: connection.threadId ?? 0,
    connect: (callback) => connection.connect((error) => callback?.(error)),
    destroy: () => connection.destroy(),
    release: () => connection.release(),
    query(sql, parameters, callback) {
      const values = parameters as (string | number | null)[];
      const settle = (error: unknown, result: unknown) => {
        // Nobody knows what a connection with an unanswered query will say next.
        if (error !== null && codeOf(error) === "PROTOCOL_SEQUENCE_TIMEOUT") connection.destroy();
        callback?.(error, result as never);
      };
      const options = { sql, values, timeout: QUERY_TIMEOUT_MS };
      // Without values there is nothing to gain from preparing, and some statements cannot be.
      if (values.length === 0) connection.query(options, settle);
      else connection.execute(options, settle);
      return {
        stream: () => {
          throw new Error("no query of this program streams");
        },
      };
    },
  };
}

function numberOf(error: unknown): number | undefined {
  return error instanceof Error && "errno" in error && typeof error.errno === "number"
    ? error.errno
    : undefined;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function isNetworkFailure(error: unknown): boolean {
  if (NETWORK.test(codeOf(error) ?? "")) return true;
  if (!(error instanceof Error)) return false;
  // mysql2 marks errors after which a connection is of no use, and names a full queue only in its message.
  return (
    ("fatal" in error && error.fatal === true && numberOf(error) === undefined) ||
    error.message === "Queue limit reached."
  );
}
