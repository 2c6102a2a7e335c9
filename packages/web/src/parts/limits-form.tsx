import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { whenOk } from "../api/when-ok.ts";
import type { LimitWindows, Limits } from "@quorumbook/client";
import { commands, notices } from "../client.ts";
import { formText } from "../format/form-text.ts";
import { editableMoney, parseMoney } from "../format/money.ts";
import { formatTime } from "../format/time.ts";
import { problemText, strings } from "../strings.ts";

const KINDS = ["deposit", "stake", "loss"] as const;
const WINDOWS = ["day", "week", "month"] as const;

/** A bettor's own limits. Shown where the servers offer them. */
export function LimitsForm({ onRead }: { onRead: () => void }) {
  const limits = useSignal<Limits | null>(null);
  const trouble = useSignal("");
  useEffect(() => {
    void whenOk(commands.limits(), (value) => {
      limits.value = value;
    }).then(onRead);
  }, []);
  const current = limits.value;
  if (!current) return null;

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const wanted = readForm(new FormData(event.currentTarget as HTMLFormElement), current.excludedUntil);
    if (!wanted) {
      trouble.value = strings.slip.badStake;
      return;
    }
    const answer = await commands.setLimits(wanted);
    trouble.value = answer.ok ? "" : problemText(answer.problem);
    if (!answer.ok) return;
    limits.value = answer.value;
    notices.show("good", strings.limits.saved);
  };

  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{strings.limits.title}</h2>
      </div>
      <p class="quiet">{strings.limits.intro}</p>
      {current.excludedUntil !== undefined && (
        <p>{strings.limits.excludedUntil(formatTime(current.excludedUntil))}</p>
      )}
      {current.pending && <p>{strings.limits.pending(formatTime(current.pending.at))}</p>}
      <form onSubmit={(event) => void submit(event)} noValidate>
        <div class="limits">
          {KINDS.map((kind) => (
            <fieldset key={kind}>
              <legend>{strings.limits.kinds[kind]}</legend>
              {WINDOWS.map((window) => (
                <label key={window}>
                  <span>{strings.limits.windows[window]}</span>
                  <input
                    name={`${kind}.${window}`}
                    inputMode="decimal"
                    autocomplete="off"
                    defaultValue={textOf(current[kind][window])}
                  />
                </label>
              ))}
            </fieldset>
          ))}
          <fieldset>
            <legend>{strings.limits.exclude}</legend>
            <label>
              <span>{strings.limits.excludeUntil}</span>
              <input name="excludedUntil" type="datetime-local" aria-describedby="exclude-hint" />
            </label>
            <p class="hint" id="exclude-hint">
              {strings.limits.excludeHint}
            </p>
          </fieldset>
        </div>
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
        <button type="submit" class="button">
          {strings.limits.save}
        </button>
      </form>
    </section>
  );
}

function textOf(limit: number | undefined): string {
  return limit === undefined ? "" : editableMoney(limit);
}

/** The limits as filled in, or null where a field holds no amount. */
function readForm(form: FormData, excludedUntil: string | undefined): Omit<Limits, "pending"> | null {
  const kinds = KINDS.map((kind) => readWindows(form, kind));
  const [deposit, stake, loss] = kinds;
  if (!deposit || !stake || !loss) return null;
  const picked = formText(form, "excludedUntil");
  // The request replaces everything: an exclusion that holds goes along, or this would ask to end it.
  const until = picked === "" ? excludedUntil : new Date(picked).toISOString();
  return { deposit, stake, loss, ...(until === undefined ? {} : { excludedUntil: until }) };
}

function readWindows(form: FormData, kind: string): LimitWindows | null {
  const windows: Partial<Record<(typeof WINDOWS)[number], number>> = {};
  for (const window of WINDOWS) {
    const text = formText(form, `${kind}.${window}`).trim();
    if (text === "") continue;
    const limit = parseMoney(text);
    if (limit === null) return null;
    windows[window] = limit;
  }
  return windows;
}
