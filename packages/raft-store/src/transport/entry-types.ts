import type { EntryType } from "../core/entry.ts";

/** The byte that stands for the type of an entry is its place in this list. Places are never reused. */
export const ENTRY_TYPES: readonly EntryType[] = ["noop", "command", "config", "version", "digest"];
