// The tables, as the queries see them. The migrations make them; both databases have the same.
import type { Generated, Kysely } from "kysely";
import type { StoreError } from "../errors.ts";

export interface UsersTable {
  readonly id: Generated<number>;
  readonly username: string;
  readonly username_key: string;
  readonly role: string;
  readonly disabled: number;
  readonly password_hash: string;
  /** Milliseconds since 1970, as all times here. */
  readonly created_at: number;
}

interface RefreshFamiliesTable {
  readonly family: string;
  readonly user_id: number;
  readonly revoked_at: number | null;
  /** When the family's newest token expires. */
  readonly expires_at: number;
}

interface RefreshTokensTable {
  readonly token_hash: string;
  readonly family: string;
  readonly expires_at: number;
  readonly used_at: number | null;
}

export interface UserAuditTable {
  readonly id: Generated<number>;
  readonly at: number;
  readonly actor: number | null;
  readonly user_id: number;
  readonly action: string;
  readonly before_value: string | null;
  readonly after_value: string | null;
}

export interface Schema {
  readonly users: UsersTable;
  readonly refresh_families: RefreshFamiliesTable;
  readonly refresh_tokens: RefreshTokensTable;
  readonly user_audit: UserAuditTable;
}

/** What the two databases do differently, for the repositories that are the same for both. */
export interface SqlDatabase {
  readonly queries: Kysely<Schema>;
  readonly kind: "sqlite" | "mysql";
  isUniqueViolation(error: unknown): boolean;
  /** Whether a transaction was rolled back only because of another one, and may be run again at once. */
  isDeadlock(error: unknown): boolean;
  /** The error in our terms, or undefined where it is a mistake in our own code. */
  toStoreError(error: unknown): StoreError | undefined;
  close(): Promise<void>;
}
