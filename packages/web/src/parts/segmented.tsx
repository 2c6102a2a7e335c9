/** A few choices of which one holds, side by side. */
export function Segmented<Choice extends string>(props: {
  label: string;
  choices: readonly { value: Choice; text: string }[];
  value: Choice;
  onChange: (value: Choice) => void;
}) {
  return (
    <div class="segmented" role="group" aria-label={props.label}>
      {props.choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === props.value}
          onClick={() => props.onChange(choice.value)}
        >
          {choice.text}
        </button>
      ))}
    </div>
  );
}
