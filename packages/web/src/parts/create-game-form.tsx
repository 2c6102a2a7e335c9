import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { type Category, leavesOutcomeOpen, type NewGame, type Strategy } from "@quorumbook/client";
import { commands, games, notices } from "../client.ts";
import { formText } from "../format/form-text.ts";
import { readTerms, sureWinUnder, type TermsFault } from "../format/game-terms.ts";
import { formatMoney } from "../format/money.ts";
import { problemText, strings } from "../strings.ts";
import { BusyButton } from "./busy-button.tsx";

/** What the servers take where nothing is given; minor units. */
const VIRTUAL_STAKE_DEFAULT = 10_000;
const MARGIN_DEFAULT = 5_000;
const OUTCOMES_MIN = 2;
const OUTCOMES_MAX = 32;
/** A draw needs two parties at least: one alone could foresee its result. */
const PARTIES_MIN = 2;
const PARTIES_MAX = 4;
const STRATEGIES = ["ratio/pre", "ratio/post", "cpmm", "lmsr", "tote"] as const satisfies readonly Strategy[];

export function CreateGameForm() {
  const outcomes = useSignal<readonly string[]>(["", ""]);
  const trouble = useSignal("");
  const warning = useSignal("");
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  // The same form again, after a lost answer, is a repeat and makes no second game.
  const intention = useRef<{ body: string; key: string } | null>(null);

  const warn = (): void => {
    const terms = form.current ? readTerms(new FormData(form.current), outcomes.value.length) : "figure";
    warning.value = typeof terms === "string" ? "" : sureWinUnder(terms, outcomes.value);
  };

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!form.current) return;
    const game = readForm(new FormData(form.current), outcomes.value);
    if (typeof game === "string") {
      trouble.value = FAULTS[game](outcomes.value.length);
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
    warning.value = "";
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
          <div class="form-pair" onInput={warn}>
            <label>
              <span>{strings.admin.strategy}</span>
              <select name="strategy">
                {STRATEGIES.map((strategy) => (
                  <option key={strategy} value={strategy}>
                    {strings.admin.strategies[strategy]}
                  </option>
                ))}
              </select>
            </label>
            <label>
              <span>{strings.admin.virtualStake}</span>
              <input
                name="virtualStake"
                inputMode="decimal"
                placeholder={formatMoney(VIRTUAL_STAKE_DEFAULT)}
                autocomplete="off"
              />
            </label>
            <label>
              <span>{strings.admin.margin}</span>
              <input
                name="margin"
                inputMode="decimal"
                placeholder={formatMoney(MARGIN_DEFAULT)}
                autocomplete="off"
              />
            </label>
            <label>
              <span>{strings.admin.commission}</span>
              <input name="commission" inputMode="decimal" placeholder="50" autocomplete="off" />
            </label>
            <label>
              <span>{strings.admin.prior}</span>
              <input name="prior" placeholder={strings.admin.priorExample} autocomplete="off" />
            </label>
          </div>
          {warning.value !== "" && (
            <p class="trouble" role="status" data-testid="sure-win">
              {warning.value}
            </p>
          )}
        </details>
        <details>
          <summary>{strings.admin.drawn}</summary>
          <p class="hint">{strings.admin.drawnHint}</p>
          <label>
            <span>{strings.admin.commitments}</span>
            <textarea name="commitments" rows={3} spellcheck={false} />
          </label>
          <label>
            <span>{strings.admin.revealBy}</span>
            <input name="revealBy" type="datetime-local" />
          </label>
        </details>
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
        <BusyButton type="submit" class="button primary" isBusy={busy.value}>
          {strings.admin.createSubmit}
        </BusyButton>
      </form>
    </details>
  );
}

type Fault = TermsFault | "draw";

const FAULTS: Record<Fault, (outcomes: number) => string> = {
  prior: strings.admin.badPrior,
  figure: () => strings.admin.badFigure,
  draw: () => strings.admin.badDraw,
};

/** The game as filled in, or what is wrong with it. Empty fields leave the servers' defaults. */
function readForm(form: FormData, outcomes: readonly string[]): NewGame | Fault {
  const text = (name: string): string => formText(form, name).trim();
  const pricing = readTerms(form, outcomes.length);
  if (typeof pricing === "string") return pricing;
  const draw = readDraw(text("commitments"), text("revealBy"));
  if (draw === null) return "draw";
  return {
    question: text("question"),
    category: text("category") as Category,
    outcomes: outcomes.map((label) => label.trim()),
    ...timeOf("startsAt", text("startsAt")),
    ...timeOf("closesAt", text("closesAt")),
    ...(Object.keys(pricing).length > 0 ? { pricing } : {}),
    ...draw,
  };
}

/** Two to four commitments and their deadline, nothing at all, or null for less than that. */
function readDraw(commitments: string, revealBy: string): Pick<NewGame, "draw"> | null {
  if (commitments === "" && revealBy === "") return {};
  const hashes = commitments.toLowerCase().split(/[\s,;]+/);
  const isWhole = hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash));
  if (!isWhole || hashes.length < PARTIES_MIN || hashes.length > PARTIES_MAX || revealBy === "") return null;
  return { draw: { commitments: hashes, revealBy: new Date(revealBy).toISOString() } };
}

function timeOf(name: "startsAt" | "closesAt", local: string): { startsAt?: string; closesAt?: string } {
  return local === "" ? {} : { [name]: new Date(local).toISOString() };
}
