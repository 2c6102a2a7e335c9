import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { session } from "../client.ts";
import { formText } from "../format/form-text.ts";
import { PasswordField } from "../parts/password-field.tsx";
import { useTitle } from "../parts/use-title.ts";
import { router } from "../routing.ts";
import { problemText, strings } from "../strings.ts";
import { BusyButton } from "../parts/busy-button.tsx";

/** Sign-in and registration. Shown at its own address, and in place of any page that takes an account. */
export function LoginPage() {
  const registering = useSignal(false);
  const busy = useSignal(false);
  const trouble = useSignal("");
  const words = strings.login;
  useTitle(registering.value ? words.registerTitle : words.title);
  const signedIn = session.user.value !== null;
  useEffect(() => {
    if (signedIn && router.route.peek().page === "login") router.go("/", { replace: true });
  }, [signedIn]);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const username = formText(form, "username");
    const password = formText(form, "password");
    busy.value = true;
    trouble.value = "";
    const problem = await (registering.value
      ? session.register(username, password)
      : session.login(username, password));
    busy.value = false;
    if (problem) trouble.value = problemText(problem);
  };

  return (
    <section class="page narrow">
      <h1>{registering.value ? words.registerTitle : words.title}</h1>
      <form class="card form" onSubmit={(event) => void submit(event)}>
        <label>
          <span>{words.username}</span>
          <input
            name="username"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            required
            minLength={3}
            maxLength={32}
            aria-describedby={registering.value ? "username-hint" : undefined}
          />
        </label>
        {registering.value && (
          <p class="hint" id="username-hint">
            {words.usernameHint}
          </p>
        )}
        <PasswordField
          key={String(registering.value)}
          name="password"
          label={words.password}
          isNew={registering.value}
          hintId={registering.value ? "password-hint" : undefined}
        />
        {registering.value && (
          <p class="hint" id="password-hint">
            {words.passwordHint}
          </p>
        )}
        {trouble.value !== "" && (
          <p class="trouble" role="alert">
            {trouble.value}
          </p>
        )}
        <BusyButton type="submit" class="button primary wide" isBusy={busy.value}>
          {registering.value ? words.register : words.submit}
        </BusyButton>
      </form>
      <p class="form-links">
        <button
          type="button"
          class="link"
          onClick={() => {
            registering.value = !registering.value;
            trouble.value = "";
          }}
        >
          {registering.value ? words.toLogin : words.toRegister}
        </button>
        <a href="/">{words.guest}</a>
      </p>
    </section>
  );
}
