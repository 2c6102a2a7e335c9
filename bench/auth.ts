// What knowing who somebody is costs: a token at a game node, a login, and what a flood of logins does to the others.
//
// Each run measures the machine's bare limit right after ours, so that noise hits both much alike.
import { createPublicKey, type JsonWebKey, type KeyObject, verify } from "node:crypto";
import { createPasswordHasher } from "@quorumbook/auth-server";
import { TokenVerifier } from "@quorumbook/node-server";
import { createTokenIssuer } from "../packages/node-server/test/support/token-issuer.ts";
import { type AuthProcess, startAuthServer } from "./auth/auth-process.ts";
import { median, type Row, rowOf } from "./lib/report.ts";

const RUNS = 5;
/** Different tokens a run, so that none is cached. */
const TOKENS = 2_000;
const CACHED_LOOKS = 200_000;
const FLOOD_MS = 3_000;
/** Clients that log in again as soon as they are in: many more than are hashed at once. */
const FLOOD_CLIENTS = 64;
/** As many as the server hashes at once. */
const HASHES_AT_ONCE = 2;

type Samples = Record<
  | "cached"
  | "verified"
  | "bareVerified"
  | "logins"
  | "bareHashes"
  | "delayP99"
  | "delayMax"
  | "idleP99"
  | "idleMax"
  | "refreshMedian"
  | "idleRefresh",
  number[]
>;

export async function benchAuth(): Promise<Row[]> {
  const samples: Samples = {
    cached: [],
    verified: [],
    bareVerified: [],
    logins: [],
    bareHashes: [],
    delayP99: [],
    delayMax: [],
    idleP99: [],
    idleMax: [],
    refreshMedian: [],
    idleRefresh: [],
  };
  const server = await startAuthServer();
  try {
    // The first run warms compilers, pools and caches, and is thrown away.
    for (let run = 0; run <= RUNS; run += 1) {
      const found = { ...(await tokens()), ...(await logins(server)) };
      process.stderr.write(run === 0 ? "warm\n" : `run ${run} of ${RUNS}\n`);
      if (run === 0) continue;
      for (const name of Object.keys(samples) as (keyof Samples)[]) samples[name].push(found[name]);
    }
  } finally {
    await server.stop();
  }
  const { bareVerified, idleP99, idleMax, idleRefresh } = samples;
  return [
    rowOf("auth.verify_cached_us", "µs", samples.cached, bareVerified),
    rowOf("auth.verify_us", "µs", samples.verified, bareVerified),
    rowOf("auth.logins_per_s", "1/s", samples.logins, samples.bareHashes),
    rowOf("auth.flood_loop_delay_p99_ms", "ms", samples.delayP99, idleP99),
    rowOf("auth.flood_loop_delay_max_ms", "ms", samples.delayMax, idleMax),
    rowOf("auth.flood_refresh_ms", "ms", samples.refreshMedian, idleRefresh),
  ];
}

/** A game node's verifier, and the bare signature check of the same tokens. In microseconds a token, one at a time. */
async function tokens(): Promise<Record<"cached" | "verified" | "bareVerified", number>> {
  const issuer = await createTokenIssuer();
  const { fetchKeys } = issuer;
  const verifier = new TokenVerifier({
    jwksUrl: new URL("http://auth.invalid/jwks.json"),
    issuer: "quorumbook",
    audience: "quorumbook",
    now: Date.now,
    fetchKeys,
  });
  const all = await Promise.all(Array.from({ length: TOKENS }, (_, i) => issuer.token(`user-${i}`)));
  await verifier.verify(await issuer.token("fetches-the-keys"));
  const verified = await microseconds(TOKENS, async () => {
    for (const token of all) await verifier.verify(token);
  });
  const cached = await microseconds(CACHED_LOOKS, () => {
    for (let i = 0; i < CACHED_LOOKS; i += 1) {
      if (verifier.verify(all[i % TOKENS] ?? "") instanceof Promise)
        throw new Error("a token was not cached");
    }
  });
  const parts = all.map(signedParts);
  const key = publicKeyOf(issuer.jwks);
  const bareVerified = await microseconds(TOKENS, () => {
    for (const { signed, signature } of parts)
      if (!verify(null, signed, key, signature)) throw new Error("a signature does not hold");
  });
  return { cached, verified, bareVerified };
}

function publicKeyOf(jwks: string): KeyObject {
  const { keys } = JSON.parse(jwks) as { keys: JsonWebKey[] };
  if (keys[0] === undefined) throw new Error("the issuer has no key");
  return createPublicKey({ key: keys[0], format: "jwk" });
}

function signedParts(token: string): { signed: Buffer; signature: Buffer } {
  const dot = token.lastIndexOf(".");
  return {
    signed: Buffer.from(token.slice(0, dot)),
    signature: Buffer.from(token.slice(dot + 1), "base64url"),
  };
}

async function microseconds(times: number, work: () => void | Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return ((performance.now() - from) * 1_000) / times;
}

/** The server at rest, then in a flood; and the hashes alone that the machine does in the same time. */
async function logins(
  server: AuthProcess,
): Promise<Record<Exclude<keyof Samples, "cached" | "verified" | "bareVerified">, number>> {
  const idle = await watched(server, async (isOver) => await refreshTimes(server, isOver));
  let done = 0;
  const flood = await watched(server, async (isOver) => {
    const clients = Array.from({ length: FLOOD_CLIENTS }, async () => {
      while (!isOver()) {
        await server.logIn();
        if (!isOver()) done += 1;
      }
    });
    const times = await refreshTimes(server, isOver);
    await Promise.all(clients);
    return times;
  });
  return {
    logins: (done * 1_000) / FLOOD_MS,
    bareHashes: await bareHashesPerSecond(),
    delayP99: flood.delay.p99,
    delayMax: flood.delay.max,
    idleP99: idle.delay.p99,
    idleMax: idle.delay.max,
    refreshMedian: median(flood.result),
    idleRefresh: median(idle.result),
  };
}

/** Does `work` for FLOOD_MS, and tells how late the server's event loop was meanwhile. */
async function watched<Result>(server: AuthProcess, work: (isOver: () => boolean) => Promise<Result>) {
  const end = performance.now() + FLOOD_MS;
  await server.watchDelay();
  const result = await work(() => performance.now() >= end);
  return { result, delay: await server.delay() };
}

/** Milliseconds that each refresh of one client takes, who has a session already. */
async function refreshTimes(server: AuthProcess, isOver: () => boolean): Promise<number[]> {
  let cookie = await server.logIn();
  const times: number[] = [];
  while (!isOver()) {
    const from = performance.now();
    cookie = await server.refresh(cookie);
    times.push(performance.now() - from);
  }
  return times;
}

/** The same hash at the same cost, as many at once as the server does, with no server around it. */
async function bareHashesPerSecond(): Promise<number> {
  const hasher = await createPasswordHasher();
  const passwordHash = await hasher.hash("a-long-enough-secret");
  const from = performance.now();
  const end = from + FLOOD_MS;
  let done = 0;
  const lanes = Array.from({ length: HASHES_AT_ONCE }, async () => {
    while (performance.now() < end) {
      await hasher.verify(passwordHash, "a-long-enough-secret");
      done += 1;
    }
  });
  await Promise.all(lanes);
  return (done * 1_000) / (performance.now() - from);
}
