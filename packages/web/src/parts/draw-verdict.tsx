import { verifyDraw } from "@quorumbook/betting-core";
import type { DrawValues } from "../format/draw-claim.ts";
import type { LiveGame } from "../stores/games.ts";
import { drawWords as words } from "../strings/draws.ts";

/** What repeating the draw has shown, in one sentence. @param game whose draw it is; none for the reader's own values */
export function DrawVerdictBanner({ values, game }: { values: DrawValues; game: LiveGame | undefined }) {
  const { tone, title, text } = verdictOf(values, game);
  return (
    <div class={`draw-verdict ${tone}`} role="status" data-testid="draw-verdict" data-tone={tone}>
      <span class="draw-mark" aria-hidden="true">
        {MARKS[tone]}
      </span>
      <div>
        <strong>{title}</strong>
        <p>{text}</p>
      </div>
    </div>
  );
}

type Tone = "good" | "bad" | "open";

const MARKS: Record<Tone, string> = { good: "✓", bad: "✗", open: "…" };

function verdictOf(
  values: DrawValues,
  game: LiveGame | undefined,
): { tone: Tone; title: string; text: string } {
  const verdict = verifyDraw(values);
  if (!verdict.valid) {
    if (game?.status === "voided") return { tone: "open", title: words.voided, text: words.voidedText };
    const tone = verdict.fault === "incomplete" ? "open" : "bad";
    return { tone, title: words.faults[verdict.fault], text: words.faultTexts[verdict.fault] };
  }
  const drawn = labelOf(verdict.winner, game);
  // What was paid out counts, not what the values say of themselves.
  const told = game?.winner ?? values.winner;
  if (told === undefined) return { tone: "good", title: words.gives(drawn), text: words.givesText };
  if (told === verdict.winner) return { tone: "good", title: words.right(drawn), text: words.rightText };
  return { tone: "bad", title: words.wrong(labelOf(told, game), drawn), text: words.wrongText };
}

function labelOf(key: string, game: LiveGame | undefined): string {
  const label = game?.outcomes.find((outcome) => outcome.key === key)?.label;
  return label ?? words.outcomeOf(Number(key.slice("opt".length)));
}
