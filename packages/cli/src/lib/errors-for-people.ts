import { CommandError, ConfigError, KeyStoreError, StoreError } from "@quorumbook/auth-server";
import { CodecError } from "@quorumbook/betting-core";
import { RaftError } from "@quorumbook/raft-store";

export { ConfigError };

/** EX_CONFIG of sysexits.h. */
export const EXIT_BAD_CONFIG = 78;

/** Whether an error's message says all that the person at the terminal can use; a stack would only hide it. */
export function isForPeople(error: unknown): boolean {
  const kinds = [CommandError, ConfigError, KeyStoreError, StoreError, CodecError, RaftError];
  if (kinds.some((kind) => error instanceof kind)) return true;
  return error instanceof Error && "syscall" in error;
}
