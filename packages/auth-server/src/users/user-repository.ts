// Port: accounts, kept for good. Every implementation passes test/contract/user-repository-contract.ts.
import type { UnixMillis, UserId } from "../units.ts";
import type { Credentials, Role, User } from "./user.ts";

export interface NewUser {
  readonly username: string;
  readonly role: Role;
  readonly passwordHash: string;
  readonly createdAt: UnixMillis;
}

/** What an admin may change in somebody's account. */
interface UserChange {
  readonly role?: Role;
  readonly disabled?: boolean;
}

/** Who changed an account and when; kept beside the change. */
interface ChangedBy {
  /** A user, or undefined for somebody at the machine itself. */
  readonly actor: UserId | undefined;
  readonly at: UnixMillis;
}

export interface AuditRecord {
  readonly at: UnixMillis;
  readonly actor: UserId | undefined;
  readonly userId: UserId;
  readonly action:
    | "user_created"
    | "role_changed"
    | "disabled_changed"
    | "password_changed"
    | "logged_out_everywhere";
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface UserRevocation {
  readonly userId: UserId;
  readonly at: UnixMillis;
  /** Whether it was that the user was disabled. */
  readonly isDisabled: boolean;
}

/**
 * For callers: what a method has answered is durable, and survives a crash of process and machine. Names are
 * unique without regard to case. For implementers: each method is one transaction.
 *
 * @throws StoreError from every method
 */
export interface UserRepository {
  create(user: NewUser): Promise<User | "username_taken">;
  /**
   * Makes the first admin. Where there is an admin already, nothing happens. A name that somebody else holds is
   * never promoted: a stranger may have registered it first.
   */
  createFirstAdmin(user: Omit<NewUser, "role">): Promise<User | "admin_exists" | "username_taken">;
  findById(id: UserId): Promise<User | undefined>;
  findCredentials(username: string): Promise<Credentials | undefined>;
  findCredentialsById(id: UserId): Promise<Credentials | undefined>;
  /** Newest first, at most `limit`, older than `before` where given. */
  list(page: { readonly before?: UserId; readonly limit: number }): Promise<readonly User[]>;
  /** Replaces the hash only if it still is `from`, so that an upgrade never undoes a change of password. */
  upgradePasswordHash(id: UserId, from: string, to: string): Promise<boolean>;
  /** As {@link upgradePasswordHash}, and revokes every refresh token of the user in the same transaction. */
  changePassword(id: UserId, from: string, to: string, at: UnixMillis): Promise<boolean>;
  /**
   * Changes an account and keeps a record of it. Disabling, and any change of role, revokes the user's refresh
   * tokens: the next token must be asked for with the password.
   */
  update(id: UserId, change: UserChange, by: ChangedBy): Promise<User | "not_found" | "last_admin">;
  /** The records about one user, oldest first. */
  audit(id: UserId): Promise<readonly AuditRecord[]>;
  /** Each time since `since` (milliseconds since 1970) that the tokens which a user had were to end. */
  revocations(since: number): Promise<readonly UserRevocation[]>;
  /** Resolves if the store can answer now. */
  ping(): Promise<void>;
}
