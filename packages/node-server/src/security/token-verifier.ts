// Who sends a request: access tokens, verified with auth-server's public keys alone. A game node cannot mint one.
import { type UserId, userId } from "@quorumbook/betting-core";
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  jwtVerify,
  type JWTPayload,
  type RemoteJWKSet,
} from "jose";
import { ProblemError } from "../contract/problem-codes.ts";

export type Role = "bettor" | "operator" | "admin";

/** Whom a token speaks for. */
export interface Identity {
  readonly userId: UserId;
  readonly role: Role;
  /** When the token was given out, in seconds since 1970. */
  readonly issuedAt: number;
  /** When the token ends, in milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface TokenVerifierOptions {
  readonly jwksUrl: URL;
  readonly issuer: string;
  readonly audience: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How the keys are fetched; by default over HTTP. */
  readonly fetchKeys?: FetchImplementation | undefined;
  /** Whether tokens of this time were revoked since; asked at every look at a token. */
  readonly isRevoked?: (identity: Identity) => boolean;
}

/** A verified token is taken without a second look for so long: a signature costs 75–180 µs, a look-up 1 µs. */
const CACHE_MS = 60_000;
/** About 500 bytes each. */
const CACHE_MAX = 20_000;
/** Keys are fetched anew this often, so that a withdrawn key ends; while auth-server is down the old ones hold. */
const KEYS_REFRESH_MS = 300_000;
/** After a failed fetch nobody tries again for so long: a flood of tokens is no flood of fetches. */
const FETCH_PAUSE_MS = 1_000;
const FETCH_TIMEOUT_MS = 2_000;
/** Longer than any token of ours; hashing megabytes for a stranger is work we need not do. */
const TOKEN_LENGTH_MAX = 4_096;

const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;

interface Cached {
  readonly identity: Identity;
  readonly until: number;
}

export class TokenVerifier {
  readonly #options: TokenVerifierOptions;
  readonly #keys: RemoteJWKSet;
  /** By the whole token, which is cheaper to look up than a digest of it to make; what was verified first ends first. */
  readonly #cache = new Map<string, Cached>();
  #fetchFailedAt = Number.NEGATIVE_INFINITY;
  #refresh: NodeJS.Timeout | undefined;

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
    this.#keys = createRemoteJWKSet(options.jwksUrl, {
      cacheMaxAge: Number.POSITIVE_INFINITY,
      cooldownDuration: 5_000,
      timeoutDuration: FETCH_TIMEOUT_MS,
      ...(options.fetchKeys === undefined ? {} : { [customFetch]: options.fetchKeys }),
    });
  }

  /** Fetches the keys, and again from time to time; auth-server may come up later than this node. */
  start(onFailure: (error: unknown) => void): void {
    const turn = (): void => {
      this.#keys.reload().then(
        () => this.#schedule(turn, KEYS_REFRESH_MS),
        (error: unknown) => {
          onFailure(error);
          this.#schedule(turn, this.#keys.jwks() === undefined ? FETCH_PAUSE_MS : KEYS_REFRESH_MS / 10);
        },
      );
    };
    this.#schedule(turn, 0);
  }

  #schedule(turn: () => void, delayMs: number): void {
    if (this.#stopped) return;
    this.#refresh = setTimeout(turn, delayMs);
    this.#refresh.unref();
  }

  #stopped = false;

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#refresh);
  }

  /**
   * @param beforeWork called where a signature has to be checked; what it throws is thrown, and none is checked
   * @returns at once where the token was verified in the last minute
   * @throws ProblemError `unauthenticated` for whatever is not a valid token; `overloaded` where auth-server's keys
   *         are needed and cannot be had, so that nothing is known of the token
   */
  verify(token: string, beforeWork?: () => void): Identity | Promise<Identity> {
    if (token.length > TOKEN_LENGTH_MAX || !COMPACT_JWS.test(token)) throw unauthenticated();
    const cached = this.#cached(token);
    if (cached !== undefined) {
      this.#refuseRevoked(cached);
      return cached;
    }
    beforeWork?.();
    return this.#verifyAnew(token);
  }

  /** As {@link verify}, of a token that was verified in the last minute; undefined for any other. */
  known(token: string): Identity | undefined {
    if (token.length > TOKEN_LENGTH_MAX) return undefined;
    const cached = this.#cached(token);
    return cached === undefined || this.#options.isRevoked?.(cached) === true ? undefined : cached;
  }

  #cached(token: string): Identity | undefined {
    const cached = this.#cache.get(token);
    return cached === undefined || cached.until <= this.#options.now() ? undefined : cached.identity;
  }

  async #verifyAnew(token: string): Promise<Identity> {
    const now = this.#options.now();
    const identity = identityOf(await this.#check(token, now));
    this.#refuseRevoked(identity);
    this.#cache.delete(token);
    this.#cache.set(token, { identity, until: Math.min(identity.expiresAt, now + CACHE_MS) });
    if (this.#cache.size > CACHE_MAX) {
      for (const oldest of this.#cache.keys()) {
        this.#cache.delete(oldest);
        break;
      }
    }
    return identity;
  }

  #refuseRevoked(identity: Identity): void {
    if (this.#options.isRevoked?.(identity) === true) throw unauthenticated();
  }

  async #check(token: string, now: number): Promise<JWTPayload> {
    const { issuer, audience } = this.#options;
    try {
      const { payload } = await jwtVerify(token, (header, jws) => this.#key(header, jws, now), {
        algorithms: ["EdDSA", "Ed25519"],
        issuer,
        audience,
        requiredClaims: ["sub", "exp", "iat"],
        currentDate: new Date(now),
      });
      return payload;
    } catch (error) {
      throw error instanceof ProblemError ? error : unauthenticated(error);
    }
  }

  async #key(...[header, jws, now]: [...Parameters<RemoteJWKSet>, number]): ReturnType<RemoteJWKSet> {
    const known = this.#keys.jwks() !== undefined;
    if (!known && now - this.#fetchFailedAt < FETCH_PAUSE_MS) throw keysUnavailable();
    try {
      return await this.#keys(header, jws);
    } catch (error) {
      // No key of that id among those that auth-server gave: a forged token, or one of another issuer.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw error;
      this.#fetchFailedAt = now;
      throw keysUnavailable(error);
    }
  }
}

function identityOf({ sub, role, iat, exp }: JWTPayload): Identity {
  if (role !== "bettor" && role !== "operator" && role !== "admin") throw unauthenticated();
  try {
    return { userId: userId(sub ?? ""), role, issuedAt: iat ?? 0, expiresAt: (exp ?? 0) * 1000 };
  } catch (error) {
    throw unauthenticated(error);
  }
}

/** Missing, malformed, forged, expired: the same answer, so that it teaches nothing. */
export function unauthenticated(cause?: unknown): ProblemError {
  return new ProblemError(
    { code: "unauthenticated", detail: "Send a valid access token: Authorization: Bearer …" },
    { cause },
  );
}

function keysUnavailable(cause?: unknown): ProblemError {
  return new ProblemError(
    {
      code: "overloaded",
      detail: "The keys that verify tokens cannot be fetched at present. Try again.",
      retryAfter: 1,
    },
    { cause },
  );
}
