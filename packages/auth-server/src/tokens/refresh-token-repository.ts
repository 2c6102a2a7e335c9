// Port: refresh tokens by their hash. Every implementation passes test/contract/refresh-token-repository-contract.ts.
import type { UnixMillis, UserId } from "../units.ts";

/** The tokens that descend from one login. They end together. */
export interface RefreshFamily {
  readonly family: string;
  readonly userId: UserId;
}

export interface NewRefreshToken {
  readonly tokenHash: string;
  readonly expiresAt: UnixMillis;
}

/**
 * What is answered is durable. Hashes only: whoever reads the store cannot log in with it.
 *
 * @throws StoreError from every method
 */
export interface RefreshTokenRepository {
  /** Starts a family. The same moment is a good one to forget what expired before `at`. */
  begin(family: RefreshFamily, token: NewRefreshToken, at: UnixMillis): Promise<void>;
  /**
   * Uses up `usedHash` and puts `next` in its place, in one transaction, so that of two uses at once one wins.
   * A token that was used before has been copied: its whole family is revoked (RFC 9700 §4.14.2).
   */
  rotate(
    usedHash: string,
    next: NewRefreshToken,
    at: UnixMillis,
  ): Promise<RefreshFamily | "unknown" | "reused">;
  /** Ends the family of this token; unknown ones are no error. */
  revokeFamilyOf(tokenHash: string, at: UnixMillis): Promise<void>;
  /** Ends all families of a user, who asked for it; kept on record with the changes to the account. */
  logOutEverywhere(userId: UserId, at: UnixMillis): Promise<void>;
}
