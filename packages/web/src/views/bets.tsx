import { signal, useComputed } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { BetStatus } from "@quorumbook/client";
import { bets, commands } from "../client.ts";
import { BetCard } from "../parts/bet-card.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { useTitle } from "../parts/use-title.ts";
import { problemText, strings } from "../strings.ts";

type Filter = BetStatus | "all";

const FILTERS: readonly Filter[] = ["all", "open", "won", "lost", "void", "cashedOut"];
const filter = signal<Filter>("all");

export function BetsPage() {
  useTitle(strings.bets.title);
  const [cursor, setCursor] = useState<string | null>(null);
  const [trouble, setTrouble] = useState("");
  const [loading, setLoading] = useState(true);
  const shown = useComputed(() =>
    bets.all.value.filter((bet) => filter.value === "all" || bet.status === filter.value),
  ).value;
  const chosen = filter.value;

  const load = async (from: string | null): Promise<void> => {
    const status = chosen === "all" ? undefined : chosen;
    const answer = await commands.bets({ status, cursor: from });
    setLoading(false);
    if (!answer.ok) {
      setTrouble(problemText(answer.problem));
      return;
    }
    setTrouble("");
    bets.putAll(answer.value.items, answer.index);
    setCursor(answer.value.nextCursor);
  };
  useEffect(() => {
    setLoading(true);
    void load(null);
  }, [chosen]);

  return (
    <section class="page">
      <div class="page-head">
        <h1>{strings.bets.title}</h1>
      </div>
      <Segmented
        label={strings.bets.filter}
        choices={FILTERS.map((value) => ({ value, text: strings.bets.filters[value] }))}
        value={chosen}
        onChange={(value) => {
          filter.value = value;
        }}
      />
      {trouble !== "" && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {shown.length === 0 && trouble === "" && (
        <p class="empty" role="status">
          {emptyText(loading, chosen)}
        </p>
      )}
      <ul class="rows" data-testid="bets">
        {shown.map((bet) => (
          <BetCard key={bet.id} bet={bet} />
        ))}
      </ul>
      {cursor !== null && (
        <button type="button" class="button wide" onClick={() => void load(cursor)}>
          {strings.bets.loadMore}
        </button>
      )}
    </section>
  );
}

function emptyText(loading: boolean, chosen: Filter): string {
  if (loading) return strings.bets.loading;
  return chosen === "all" ? strings.bets.noneYet : strings.bets.none;
}
