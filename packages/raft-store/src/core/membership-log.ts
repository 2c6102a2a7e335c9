// The configurations in the log: in force once appended, undone when their entry is cut off (§6, thesis §4.1).
import type { LogIndex } from "../units.ts";
import { type Configuration, decodeConfiguration } from "./configuration.ts";
import type { Entry } from "./entry.ts";
import type { PlacedConfiguration, RaftState } from "./raft-state.ts";

export function appendConfigurations(state: RaftState, entries: readonly Entry[]): void {
  for (const entry of entries) {
    if (entry.type === "config") push(state, entry.index, decodeConfiguration(entry.data));
  }
}

export function truncateConfigurations(state: RaftState, from: LogIndex): void {
  if (state.has("cut-configuration-kept")) return;
  const kept = state.configurations.filter((placed) => placed.index < from);
  if (kept.length === state.configurations.length) return;
  state.configurations = kept;
  const latest = kept.at(-1) as PlacedConfiguration;
  state.out.event({ type: "ConfigurationChanged", ...latest });
}

/** Forgets the configurations before the one that a snapshot names. */
export function forgetConfigurationsBefore(state: RaftState, index: LogIndex): void {
  state.configurations = state.configurations.filter((placed) => placed.index >= index);
}

export function resetConfiguration(state: RaftState, placed: PlacedConfiguration): void {
  state.configurations = [placed];
  state.out.event({ type: "ConfigurationChanged", ...placed });
}

function push(state: RaftState, index: LogIndex, configuration: Configuration): void {
  state.configurations.push({ index, configuration });
  state.out.event({ type: "ConfigurationChanged", index, configuration });
}
