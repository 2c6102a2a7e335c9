import { FIRST_MACHINE_VERSION } from "./core/machine-version.ts";
import type { MachineVersions } from "./driver/machine-versions.ts";
import { RaftError } from "./errors.ts";

const VERSION_MAX = 999_999_999;

/** @throws RaftError `RAFT_CONFIG_INVALID` unless the versions are whole, from 1 on, and in order */
export function resolveMachineVersions(
  given: { readonly min: number; readonly max: number; readonly initial?: number } | undefined,
): MachineVersions {
  const {
    min,
    max,
    initial = FIRST_MACHINE_VERSION,
  } = given ?? {
    min: FIRST_MACHINE_VERSION,
    max: FIRST_MACHINE_VERSION,
  };
  for (const version of [min, max, initial]) checkedVersion(version);
  if (min > max) throw new RaftError("RAFT_CONFIG_INVALID", "machineVersions: min is above max");
  return { min, max, initial };
}

/** @throws RaftError `RAFT_CONFIG_INVALID` unless it is a whole number from 1 on */
export function checkedVersion(version: number): number {
  if (Number.isSafeInteger(version) && version >= 1 && version <= VERSION_MAX) return version;
  throw new RaftError("RAFT_CONFIG_INVALID", `${version} is no version of a machine`);
}
