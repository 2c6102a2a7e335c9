// How this reader wants things shown, kept in the browser.
import { type Signal, effect, signal } from "@preact/signals";
import type { AcceptPolicy } from "@quorumbook/client";
import { ODDS_FORMATS, type OddsFormat } from "../format/odds.ts";

export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const ACCEPT_POLICIES = ["exact", "better", "any"] as const satisfies readonly AcceptPolicy[];

export class Preferences {
  readonly oddsFormat: Signal<OddsFormat>;
  readonly accept: Signal<AcceptPolicy>;

  constructor(storage: TextStorage) {
    this.oddsFormat = kept(storage, "quorumbook.odds-format", ODDS_FORMATS, "decimal");
    this.accept = kept(storage, "quorumbook.accept", ACCEPT_POLICIES, "exact");
  }
}

/** A signal that remembers its value; what was stored and is not a choice any more counts as nothing. */
function kept<Choice extends string>(
  storage: TextStorage,
  key: string,
  choices: readonly Choice[],
  initial: Choice,
): Signal<Choice> {
  const stored = storage.getItem(key);
  const value = signal(choices.find((choice) => choice === stored) ?? initial);
  effect(() => {
    if (storage.getItem(key) !== value.value) storage.setItem(key, value.value);
  });
  return value;
}
