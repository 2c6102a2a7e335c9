import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { leavesOutcomeOpen, type Problem, type SettlePreview, type Verdict } from "@quorumbook/client";
import { commands, games, notices } from "../client.ts";
import { formatMoney } from "../format/money.ts";
import { formatCount } from "../format/number.ts";
import type { LiveGame } from "../stores/games.ts";
import { problemText, strings } from "../strings.ts";
import { Dialog } from "./dialog.tsx";
import { Segmented } from "./segmented.tsx";
import { BusyButton } from "./busy-button.tsx";

type Kind = "winner" | "winners" | "push";

const KINDS: readonly Kind[] = ["winner", "winners", "push"];
/** Fewer than two do not share a win. */
const DEAD_HEAT_MIN = 2;

/**
 * Settling in two steps: pick the winner and see what it means, then confirm exactly that. The confirmation carries
 * the preview's hash, so a book that changed meanwhile is shown anew instead of settled.
 */
export function SettleDialog({
  game,
  again,
  onClose,
}: {
  game: LiveGame;
  again: boolean;
  onClose: () => void;
}) {
  const kind = useSignal<Kind>("winner");
  const picked = useSignal<readonly string[]>([]);
  const reason = useSignal("");
  const preview = useSignal<SettlePreview | null>(null);
  const trouble = useSignal("");
  const busy = useSignal(false);
  const key = useRef("");
  const words = strings.admin;

  const fail = (problem: Problem): void => {
    trouble.value = problemText(problem);
    // An attempt that may have happened keeps its key: the next press finds out.
    if (!leavesOutcomeOpen(problem)) preview.value = null;
  };
  const verdict = verdictOf(kind.value, picked.value);
  const look = async (result: Verdict): Promise<void> => {
    busy.value = true;
    const answer = await commands.previewSettlement(game.id, result);
    busy.value = false;
    if (!answer.ok) return fail(answer.problem);
    key.current = crypto.randomUUID();
    trouble.value = "";
    preview.value = answer.value;
  };
  const confirm = async (result: Verdict, hash: string): Promise<void> => {
    busy.value = true;
    const answer = await (again
      ? commands.resettle(game.id, result, reason.value.trim(), key.current)
      : commands.settle(game.id, result, hash, key.current));
    busy.value = false;
    if (!answer.ok) return fail(answer.problem);
    games.put(answer.value.game);
    notices.show("good", words.settledNotice(formatMoney(answer.value.paid)));
    onClose();
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!verdict) return;
    if (again) {
      key.current ||= crypto.randomUUID();
      void confirm(verdict, "");
    } else if (preview.value) void confirm(verdict, preview.value.previewHash);
    else void look(verdict);
  };
  /** Another result is another intention, and what was previewed is not it. */
  const choose = (chosen: Kind, keys: readonly string[]): void => {
    kind.value = chosen;
    picked.value = keys;
    preview.value = null;
    trouble.value = "";
    key.current = "";
  };

  return (
    <Dialog
      title={words.confirmTitle(again ? words.resettle : words.settle, game.question)}
      onClose={onClose}
    >
      <form class="form" onSubmit={submit} data-testid="settle-form">
        <Segmented
          label={words.result}
          choices={KINDS.map((value) => ({ value, text: words.results[value] }))}
          value={kind.value}
          onChange={(chosen) => choose(chosen, [])}
        />
        {kind.value === "push" ? (
          <p class="hint">{words.pushHint}</p>
        ) : (
          <Outcomes
            game={game}
            kind={kind.value}
            picked={picked.value}
            onPick={(keys) => choose(kind.value, keys)}
          />
        )}
        {again && (
          <label>
            <span>{words.reason}</span>
            <input
              required
              maxLength={200}
              value={reason.value}
              onInput={(event) => {
                reason.value = event.currentTarget.value;
                key.current = "";
              }}
            />
          </label>
        )}
        {preview.value && <PreviewFacts preview={preview.value} />}
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
        <p class="button-row">
          <BusyButton type="submit" class="button primary" isBusy={busy.value} disabled={!verdict}>
            {again || preview.value ? words.confirmSettle : words.preview}
          </BusyButton>
          <button type="button" class="button" onClick={onClose}>
            {words.cancel}
          </button>
        </p>
      </form>
    </Dialog>
  );
}

function Outcomes(props: {
  game: LiveGame;
  kind: "winner" | "winners";
  picked: readonly string[];
  onPick: (keys: readonly string[]) => void;
}) {
  const { game, kind, picked, onPick } = props;
  const words = strings.admin;
  const offered = game.outcomes.filter((outcome) => !outcome.withdrawn);
  return (
    <fieldset class="choices">
      <legend>{kind === "winner" ? words.pickWinner : words.pickWinners}</legend>
      {offered.map(({ key, label }) => (
        <label key={key} class="choice">
          <input
            type={kind === "winner" ? "radio" : "checkbox"}
            name="winner"
            value={key}
            checked={picked.includes(key)}
            onChange={(event) => {
              const others = kind === "winner" ? [] : picked.filter((one) => one !== key);
              onPick(event.currentTarget.checked ? [...others, key] : others);
            }}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The result as picked; null as long as it is not. */
function verdictOf(kind: Kind, picked: readonly string[]): Verdict | null {
  if (kind === "push") return { push: true };
  if (kind === "winners") return picked.length < DEAD_HEAT_MIN ? null : { winners: picked };
  const [winner] = picked;
  return winner === undefined ? null : { winner };
}

function PreviewFacts({ preview }: { preview: SettlePreview }) {
  const facts: [string, string][] = [
    [strings.admin.winners, formatCount(preview.winners)],
    [strings.admin.accounts, formatCount(preview.accounts)],
    [strings.admin.paid, formatMoney(preview.paid)],
    [strings.admin.bookResult, formatMoney(preview.bookResult, { sign: true })],
  ];
  return (
    <dl class="facts" data-testid="settle-preview">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
