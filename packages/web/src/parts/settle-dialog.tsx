import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { leavesOutcomeOpen, type Problem, type SettlePreview } from "@quorumbook/client";
import { commands, games, notices } from "../client.ts";
import { formatMoney } from "../format/money.ts";
import type { LiveGame } from "../stores/games.ts";
import { problemText, strings } from "../strings.ts";
import { Dialog } from "./dialog.tsx";

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
  const winner = useSignal("");
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
  const look = async (): Promise<void> => {
    busy.value = true;
    const answer = await commands.previewSettlement(game.id, winner.value);
    busy.value = false;
    if (!answer.ok) return fail(answer.problem);
    key.current = crypto.randomUUID();
    trouble.value = "";
    preview.value = answer.value;
  };
  const confirm = async (hash: string): Promise<void> => {
    busy.value = true;
    const answer = await (again
      ? commands.resettle(game.id, winner.value, reason.value.trim(), key.current)
      : commands.settle(game.id, winner.value, hash, key.current));
    busy.value = false;
    if (!answer.ok) return fail(answer.problem);
    games.put(answer.value.game);
    notices.show("good", words.settledNotice(formatMoney(answer.value.paid)));
    onClose();
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (again) {
      key.current ||= crypto.randomUUID();
      void confirm("");
    } else if (preview.value) void confirm(preview.value.previewHash);
    else void look();
  };

  return (
    <Dialog
      title={words.confirmTitle(again ? words.resettle : words.settle, game.question)}
      onClose={onClose}
    >
      <form class="form" onSubmit={submit} data-testid="settle-form">
        <fieldset class="choices">
          <legend>{words.pickWinner}</legend>
          {game.outcomes.map((outcome) => (
            <label key={outcome.key} class="choice">
              <input
                type="radio"
                name="winner"
                required
                value={outcome.key}
                checked={winner.value === outcome.key}
                onChange={() => {
                  winner.value = outcome.key;
                  preview.value = null;
                  key.current = "";
                }}
              />
              <span>{outcome.label}</span>
            </label>
          ))}
        </fieldset>
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
          <button type="submit" class="button primary" disabled={busy.value || winner.value === ""}>
            {again || preview.value ? words.confirmSettle : words.preview}
          </button>
          <button type="button" class="button" onClick={onClose}>
            {words.cancel}
          </button>
        </p>
      </form>
    </Dialog>
  );
}

function PreviewFacts({ preview }: { preview: SettlePreview }) {
  const facts: [string, string][] = [
    [strings.admin.winners, String(preview.winners)],
    [strings.admin.accounts, String(preview.accounts)],
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
