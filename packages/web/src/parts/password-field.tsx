import { useSignal } from "@preact/signals";
import { type Strength, strengthOf } from "../format/password-strength.ts";
import { strings } from "../strings.ts";

const STEPS: Record<Strength, number> = { tooShort: 0, weak: 1, fair: 2, good: 3 };

/** A field for a password that can be made readable; for a new one, with how hard it is to guess. */
export function PasswordField(props: {
  name: string;
  label: string;
  isNew?: boolean;
  hintId?: string | undefined;
}) {
  const shown = useSignal(false);
  const typed = useSignal("");
  const words = strings.password;
  // Preact's types want a field that is of one kind for good.
  const kind = (shown.value ? "text" : "password") as "password";
  const strength = strengthOf(typed.value);
  return (
    <div class="password-field">
      <label>
        <span>{props.label}</span>
        <input
          name={props.name}
          type={kind}
          autocomplete={props.isNew ? "new-password" : "current-password"}
          autocapitalize="none"
          spellcheck={false}
          required
          minLength={props.isNew ? 10 : 1}
          maxLength={128}
          aria-describedby={props.hintId}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
          }}
        />
      </label>
      <button
        type="button"
        class="link"
        aria-pressed={shown.value}
        onClick={() => {
          shown.value = !shown.value;
        }}
      >
        {shown.value ? words.hide : words.show}
      </button>
      {props.isNew && typed.value !== "" && (
        <p class="hint strength">
          <meter
            min={0}
            max={3}
            low={2}
            high={3}
            optimum={3}
            value={STEPS[strength]}
            aria-label={words.strength}
          />
          <span role="status">{words.strengths[strength]}</span>
        </p>
      )}
    </div>
  );
}
