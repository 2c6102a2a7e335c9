// What the routes and the commands need to deal with accounts, in one object that the composition root fills.
import type { PasswordHasher } from "../passwords/password-hasher.ts";
import type { WorkQueue } from "../passwords/work-queue.ts";
import type { Clock } from "../units.ts";
import type { User } from "../users/user.ts";
import type { UserRepository } from "../users/user-repository.ts";
import type { KnownDevices } from "./known-devices.ts";

export interface Accounts {
  readonly users: UserRepository;
  readonly hasher: PasswordHasher;
  /** Everything that hashes a password takes its turn here. */
  readonly hashing: WorkQueue;
  readonly devices: KnownDevices;
  readonly clock: Clock;
}

/** Somebody who has just proved who they are. */
export interface Entrant {
  readonly user: User;
  /** By which the browser will be known again; for a cookie. */
  readonly device: string;
}

/** Each hash takes a thread of libuv's four; two stay free for files, names and signatures. */
export const HASHES_AT_ONCE = 2;
/** At some 17 ms a hash with two at once, the last in line waits about ten seconds. */
export const HASHES_WAITING_MAX = 500;
