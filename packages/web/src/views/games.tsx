import { computed, signal } from "@preact/signals";
import type { Category } from "@quorumbook/client";
import { games } from "../client.ts";
import { GameCard } from "../parts/game-card.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { SEARCH_FIELD_ID } from "../parts/use-shortcuts.ts";
import { useTitle } from "../parts/use-title.ts";
import type { CatalogEntry } from "../stores/games.ts";
import { strings } from "../strings.ts";

type StatusFilter = "open" | "finished" | "all";

/** As many cards are drawn at once; a season has hundreds of games. */
const CARDS_STEP = 40;

// The filters outlive the page: coming back from a game shows the same list.
const search = signal("");
const status = signal<StatusFilter>("open");
const category = signal<Category | "all">("all");
const cards = signal(CARDS_STEP);

const matching = computed(() => {
  const words = search.value.trim().toLocaleLowerCase();
  return games.catalog.value.filter(
    (entry) =>
      (status.value === "all" || isFinished(entry) === (status.value === "finished")) &&
      (category.value === "all" || entry.category === category.value) &&
      (words === "" || entry.question.toLocaleLowerCase().includes(words)),
  );
});

export function GamesPage() {
  useTitle(strings.games.title);
  const found = matching.value;
  const rest = found.length - cards.value;
  return (
    <section class="page">
      <div class="page-head">
        <h1>{strings.games.title}</h1>
        <span class="quiet" role="status">
          {games.loaded.value ? strings.games.count(found.length) : strings.games.loading}
        </span>
      </div>
      <div class="filters">
        <input
          id={SEARCH_FIELD_ID}
          class="search"
          type="search"
          value={search.value}
          aria-label={strings.games.search}
          placeholder={strings.games.search}
          title={strings.games.searchHint}
          aria-keyshortcuts="/"
          onInput={(event) => {
            search.value = event.currentTarget.value;
          }}
        />
        <Segmented
          label={strings.games.filterStatus}
          choices={[
            { value: "open", text: strings.games.open },
            { value: "finished", text: strings.games.finished },
            { value: "all", text: strings.games.all },
          ]}
          value={status.value}
          onChange={(value) => {
            status.value = value;
          }}
        />
        <Segmented
          label={strings.games.filterCategory}
          choices={[
            { value: "all", text: strings.games.all },
            { value: "real", text: strings.category.real },
            { value: "virtual", text: strings.category.virtual },
          ]}
          value={category.value}
          onChange={(value) => {
            category.value = value;
          }}
        />
      </div>
      {found.length === 0 && games.loaded.value && (
        <p class="empty">{games.catalog.value.length === 0 ? strings.games.none : strings.games.noMatch}</p>
      )}
      <ul class="cards" data-testid="games">
        {found.slice(0, cards.value).map((entry) => (
          <GameCard key={entry.id} gameId={entry.id} />
        ))}
      </ul>
      {rest > 0 && (
        <button
          type="button"
          class="button wide"
          onClick={() => {
            cards.value += CARDS_STEP;
          }}
        >
          {strings.games.showMore(rest)}
        </button>
      )}
    </section>
  );
}

function isFinished(entry: CatalogEntry): boolean {
  return entry.status !== "open" && entry.status !== "suspended";
}
