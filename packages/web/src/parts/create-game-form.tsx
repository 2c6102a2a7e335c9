import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { leavesOutcomeOpen } from "../api/problem.ts";
import type { Category, NewGame } from "../api/types.ts";
import { commands, games, notices } from "../client.ts";
import { formText } from "../format/form-text.ts";
import { parseMoney } from "../format/money.ts";
import { problemText, strings } from "../strings.ts";

const OUTCOMES_MIN = 2;
const OUTCOMES_MAX = 32;

export function CreateGameForm() {
  const outcomes = useSignal<readonly string[]>(["", ""]);
  const trouble = useSignal("");
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  // The same form again, after a lost answer, is a repeat and makes no second game.
  const intention = useRef<{ body: string; key: string } | null>(null);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!form.current) return;
    const game = readForm(new FormData(form.current), outcomes.value);
    if (!game) {
      trouble.value = strings.slip.badStake;
      return;
    }
    const body = JSON.stringify(game);
    if (intention.current?.body !== body) intention.current = { body, key: crypto.randomUUID() };
    busy.value = true;
    const answer = await commands.createGame(game, intention.current.key);
    busy.value = false;
    trouble.value = answer.ok ? "" : problemText(answer.problem);
    if (answer.ok || !leavesOutcomeOpen(answer.problem)) intention.current = null;
    if (!answer.ok) return;
    games.put(answer.value);
    notices.show("good", strings.admin.created(answer.value.id));
    form.current.reset();
    outcomes.value = ["", ""];
  };

  return (
    <details class="panel" data-testid="create-game">
      <summary>
        <h2>{strings.admin.create}</h2>
      </summary>
      <form ref={form} class="form" onSubmit={(event) => void submit(event)}>
        <label>
          <span>{strings.admin.question}</span>
          <input name="question" required maxLength={200} autocomplete="off" />
        </label>
        <label>
          <span>{strings.admin.category}</span>
          <select name="category">
            <option value="real">{strings.category.real}</option>
            <option value="virtual">{strings.category.virtual}</option>
          </select>
        </label>
        <fieldset>
          <legend>{strings.admin.outcomes}</legend>
          {outcomes.value.map((label, position) => (
            // The position is the outcome's identity here: opt1, opt2, …
            <div key={`outcome-${position}`} class="outcome-field">
              <input
                aria-label={strings.admin.outcome(position + 1)}
                placeholder={strings.admin.outcome(position + 1)}
                required
                maxLength={200}
                autocomplete="off"
                value={label}
                onInput={(event) => {
                  outcomes.value = outcomes.value.with(position, event.currentTarget.value);
                }}
              />
              {outcomes.value.length > OUTCOMES_MIN && (
                <button
                  type="button"
                  class="icon-button"
                  aria-label={strings.admin.removeOutcome(position + 1)}
                  onClick={() => {
                    outcomes.value = outcomes.value.toSpliced(position, 1);
                  }}
                >
                  ×
                </button>
              )}
            </div>
          ))}
          <button
            type="button"
            class="button small"
            disabled={outcomes.value.length >= OUTCOMES_MAX}
            onClick={() => {
              outcomes.value = [...outcomes.value, ""];
            }}
          >
            {strings.admin.addOutcome}
          </button>
        </fieldset>
        <div class="form-pair">
          <label>
            <span>{strings.admin.startsAt}</span>
            <input name="startsAt" type="datetime-local" />
          </label>
          <label>
            <span>{strings.admin.closesAt}</span>
            <input name="closesAt" type="datetime-local" />
          </label>
        </div>
        <details>
          <summary>{strings.admin.pricing}</summary>
          <div class="form-pair">
            <label>
              <span>{strings.admin.virtualStake}</span>
              <input name="virtualStake" inputMode="decimal" placeholder="100.00" autocomplete="off" />
            </label>
            <label>
              <span>{strings.admin.margin}</span>
              <input name="margin" inputMode="decimal" placeholder="50.00" autocomplete="off" />
            </label>
            <label>
              <span>{strings.admin.commission}</span>
              <input name="commission" inputMode="decimal" placeholder="50" autocomplete="off" />
            </label>
          </div>
        </details>
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
        <button type="submit" class="button primary" disabled={busy.value}>
          {strings.admin.createSubmit}
        </button>
      </form>
    </details>
  );
}

/** The game as filled in, or null where a figure is none. Empty fields leave the servers' defaults. */
function readForm(form: FormData, outcomes: readonly string[]): NewGame | null {
  const text = (name: string): string => formText(form, name).trim();
  const pricing: { virtualStake?: number; margin?: number; commissionBp?: number } = {};
  for (const name of ["virtualStake", "margin"] as const) {
    if (text(name) === "") continue;
    const amount = parseMoney(text(name));
    if (amount === null) return null;
    pricing[name] = amount;
  }
  if (text("commission") !== "") {
    // Percent with two decimals is basis points, read by the same rule as money.
    const basisPoints = text("commission") === "0" ? 0 : parseMoney(text("commission"));
    if (basisPoints === null) return null;
    pricing.commissionBp = basisPoints;
  }
  return {
    question: text("question"),
    category: text("category") as Category,
    outcomes: outcomes.map((label) => label.trim()),
    ...timeOf("startsAt", text("startsAt")),
    ...timeOf("closesAt", text("closesAt")),
    ...(Object.keys(pricing).length > 0 ? { pricing } : {}),
  };
}

function timeOf(name: "startsAt" | "closesAt", local: string): { startsAt?: string; closesAt?: string } {
  return local === "" ? {} : { [name]: new Date(local).toISOString() };
}
