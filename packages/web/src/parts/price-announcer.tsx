import { effect } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { games, preferences, slip } from "../client.ts";
import { formatOdds } from "../format/odds.ts";
import { strings } from "../strings.ts";

/** No more often than this: a reader must be able to finish a sentence. */
const ANNOUNCE_EVERY_MS = 4_000;

/** Tells screen readers of new prices, of selections on the slip alone (WCAG 4.1.3). */
export function PriceAnnouncer() {
  const [text, setText] = useState("");
  useEffect(() => {
    const told = new Map<string, number | null>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const announce = (): void => {
      timer = undefined;
      setText(newPrices(told).join(". "));
    };
    const dispose = effect(() => {
      const changed = selections().filter(({ id, odds }) => told.has(id) && told.get(id) !== odds);
      for (const { id, odds } of selections()) if (!told.has(id)) told.set(id, odds);
      if (changed.length > 0) timer ??= setTimeout(announce, ANNOUNCE_EVERY_MS);
    });
    return () => {
      dispose();
      clearTimeout(timer);
    };
  }, []);
  return (
    <p class="visually-hidden" aria-live="polite" data-testid="price-announcer">
      {text}
    </p>
  );
}

interface Selection {
  readonly id: string;
  readonly label: string;
  readonly odds: number | null;
}

function selections(): Selection[] {
  return slip.entries.value.flatMap((entry) => {
    const outcome = games
      .find(entry.gameId)
      ?.value.outcomes.find((candidate) => candidate.key === entry.outcome);
    if (!outcome) return [];
    return [{ id: `${entry.gameId}:${entry.outcome}`, label: outcome.label, odds: outcome.odds }];
  });
}

function newPrices(told: Map<string, number | null>): string[] {
  return selections()
    .filter(({ id, odds }) => told.get(id) !== odds)
    .map(({ id, label, odds }) => {
      told.set(id, odds);
      const price =
        odds === null ? strings.outcome.notOffered : formatOdds(odds, preferences.oddsFormat.peek());
      return strings.slip.announce(label, price);
    });
}
