// Who may log in, and as what.
import type { UnixMillis, UserId } from "../units.ts";

export const ROLES = ["bettor", "operator", "admin"] as const;
export type Role = (typeof ROLES)[number];

export interface User {
  readonly id: UserId;
  /** As its owner wrote it; another spelling in upper or lower case is the same name. */
  readonly username: string;
  readonly role: Role;
  /** A disabled user gets no new token; those given out end by themselves. */
  readonly disabled: boolean;
  readonly createdAt: UnixMillis;
}

/** A user with what proves that somebody is that user. Never leaves the server. */
export interface Credentials extends User {
  /** Argon2id in PHC form. */
  readonly passwordHash: string;
}

/** 3–32 of these characters. They are ASCII, so lower case is the same everywhere. */
export const USERNAME_PATTERN = "^[A-Za-z0-9._-]{3,32}$";

/** The form of a name that is unique. */
export function usernameKey(username: string): string {
  return username.toLowerCase();
}
