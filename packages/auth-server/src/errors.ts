// Failures of the environment, as exceptions with stable codes. Refusals that a client can act on are in
// http/problem.ts instead.

/**
 * The store of accounts did not do what it was asked to.
 *
 * - `STORE_UNAVAILABLE`: it cannot be reached or is busy. Nothing is known to be lost; asking again is safe.
 * - `STORE_FAILED`: it failed in a way that asking again does not mend (disk full, damaged file). What it
 *   answered before still holds, but the process must stop rather than go on without durability.
 */
export class StoreError extends Error {
  readonly code: "STORE_UNAVAILABLE" | "STORE_FAILED";

  constructor(code: StoreError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}

/** The signing keys on disk cannot be read or written. The message names the file, never its content. */
export class KeyStoreError extends Error {
  readonly code = "KEY_STORE_FAILED";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "KeyStoreError";
  }
}

/** A variable that is missing or wrong. The process that meets one ends with {@link EXIT_BAD_CONFIG}. */
export class ConfigError extends Error {
  readonly variable: string;

  constructor(variable: string, message: string) {
    super(`${variable}: ${message}`);
    this.name = "ConfigError";
    this.variable = variable;
  }
}

/** What a thrown value says of itself. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}

/** `EX_CONFIG` of sysexits.h. */
export const EXIT_BAD_CONFIG = 78;
/** `EX_SOFTWARE` of sysexits.h: a failed disk or a broken invariant; restarting is the supervisor's decision. */
export const EXIT_FATAL = 70;
