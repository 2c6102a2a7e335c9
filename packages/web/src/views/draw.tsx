import "../styles/draw.css";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { commands, games, readGame } from "../client.ts";
import { type DrawValues, drawValuesText, readDrawValues } from "../format/draw-claim.ts";
import { download } from "../parts/download.ts";
import { DrawSteps } from "../parts/draw-steps.tsx";
import { DrawVerdictBanner } from "../parts/draw-verdict.tsx";
import { RevealForm } from "../parts/reveal-form.tsx";
import { useTitle } from "../parts/use-title.ts";
import { drawWords as words } from "../strings/draws.ts";
import { problemText, strings } from "../strings.ts";

/** Repeats a draw before the reader's eyes: of a game, or of whatever values they bring. */
export function DrawPage({ gameId }: { gameId: number | null }) {
  useTitle(words.title);
  const told = useSignal<DrawValues | null>(null);
  const own = useSignal<DrawValues | null>(null);
  const trouble = useSignal("");
  const game = gameId === null ? undefined : games.find(gameId)?.value;
  useEffect(() => {
    if (gameId === null) return;
    if (!games.peek(gameId)) void readGame(gameId);
    const read = async (): Promise<void> => {
      const answer = await commands.draw(gameId);
      if (answer.ok) told.value = answer.value;
      else trouble.value = answer.problem.code === "not_found" ? words.notDrawn : problemText(answer.problem);
    };
    void read();
    // Closing and settling change what is public of it.
  }, [gameId, game?.status]);
  const values = own.value ?? told.value;
  const isOwn = own.value !== null;
  return (
    <article class="page draw">
      <p class="crumbs">
        {gameId === null ? (
          <a href="/">{strings.game.back}</a>
        ) : (
          <a href={`/games/${gameId}`}>{words.toGame}</a>
        )}
      </p>
      <div class="page-head">
        <h1>{words.title}</h1>
      </div>
      {game && <p>{game.question}</p>}
      <p class="quiet">{gameId === null ? words.introOwn : words.intro}</p>
      {trouble.value !== "" && told.value === null && <p class="trouble">{trouble.value}</p>}
      {gameId !== null && told.value === null && trouble.value === "" && <p class="quiet">{words.loading}</p>}
      {values && (
        <>
          <DrawVerdictBanner values={values} game={isOwn ? undefined : game} />
          {isOwn && (
            <p class="card-foot">
              <span>{words.yours}</span>
              {told.value && (
                <button
                  type="button"
                  class="link"
                  onClick={() => {
                    own.value = null;
                  }}
                >
                  {words.backToGame}
                </button>
              )}
            </p>
          )}
          <DrawSteps values={values} game={values.gameId === game?.id ? game : undefined} />
        </>
      )}
      {game?.status === "closed" && told.value?.seeds.includes(null) && (
        <RevealForm
          gameId={game.id}
          onRevealed={(draw) => {
            told.value = draw;
          }}
        />
      )}
      <OwnValues
        shown={values}
        isOpen={gameId === null}
        onCheck={(given) => {
          own.value = given;
          scrollTo(0, 0);
        }}
      />
    </article>
  );
}

/** Values that the reader has from elsewhere: kept from earlier, or from another person. */
function OwnValues({
  shown,
  isOpen,
  onCheck,
}: {
  shown: DrawValues | null;
  isOpen: boolean;
  onCheck: (values: DrawValues) => void;
}) {
  const text = useSignal("");
  const trouble = useSignal("");
  const check = (event: SubmitEvent): void => {
    event.preventDefault();
    const values = readDrawValues(text.value);
    trouble.value = values === null ? `${words.faults.malformed}. ${words.faultTexts.malformed}` : "";
    if (values) onCheck(values);
  };
  return (
    <details
      class="panel"
      open={isOpen}
      data-testid="own-values"
      onToggle={(event) => {
        // To change one figure and see what becomes of it is the quickest way to trust the rest.
        if (event.currentTarget.open && text.value === "" && shown) text.value = drawValuesText(shown);
      }}
    >
      <summary>
        <h2>{words.own}</h2>
      </summary>
      <form class="form" onSubmit={check}>
        <label>
          <span>{words.values}</span>
          <textarea
            rows={12}
            spellcheck={false}
            aria-describedby="own-values-note"
            aria-invalid={trouble.value !== ""}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
              trouble.value = "";
            }}
          />
        </label>
        <p id="own-values-note" class={trouble.value === "" ? "hint" : "trouble"} role="status">
          {trouble.value === "" ? words.ownHint : trouble.value}
        </p>
        <p class="button-row">
          <button type="submit" class="button primary">
            {words.checkOwn}
          </button>
          {shown && (
            <button
              type="button"
              class="button"
              onClick={() => download(`draw-${shown.gameId}.json`, "application/json", drawValuesText(shown))}
            >
              {words.save}
            </button>
          )}
        </p>
      </form>
    </details>
  );
}
