import { useSignal } from "@preact/signals";
import { commands, notices, session } from "../client.ts";
import { formText } from "../format/form-text.ts";
import { problemText, strings } from "../strings.ts";
import { PasswordField } from "./password-field.tsx";

/** A new password ends all sessions, this one too. */
export function PasswordForm() {
  const trouble = useSignal("");
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const answer = await commands.changePassword(formText(form, "current"), formText(form, "new"));
    if (!answer.ok) {
      trouble.value = problemText(answer.problem);
      return;
    }
    notices.show("good", strings.account.passwordChanged);
    session.forget();
  };
  return (
    <details>
      <summary>{strings.account.password}</summary>
      <form class="form" onSubmit={(event) => void submit(event)}>
        <PasswordField name="current" label={strings.account.currentPassword} />
        <PasswordField name="new" label={strings.account.newPassword} isNew />
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
        <button type="submit" class="button">
          {strings.account.change}
        </button>
      </form>
    </details>
  );
}
