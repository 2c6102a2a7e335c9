import { useSignal } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import { account, commands, notices, session } from "../client.ts";
import { formatMoney, parseMoney } from "../format/money.ts";
import { LimitsForm } from "../parts/limits-form.tsx";
import { PasswordForm } from "../parts/password-form.tsx";
import { Statement } from "../parts/statement.tsx";
import { useTitle } from "../parts/use-title.ts";
import { problemText, strings } from "../strings.ts";
import { leavesOutcomeOpen } from "@quorumbook/client";
import { BusyButton } from "../parts/busy-button.tsx";

export function AccountPage() {
  useTitle(strings.account.title);
  const money = account.money.value;
  const [unread, setUnread] = useState<ReadonlySet<string>>(new Set(["statement", "limits"]));
  const read = (part: string): void =>
    setUnread((before) => new Set([...before].filter((one) => one !== part)));
  return (
    <section class="page">
      <div class="page-head">
        <h1>{strings.account.title}</h1>
      </div>
      <div class="panel">
        <dl class="figures">
          <div>
            <dt>{strings.account.balance}</dt>
            <dd class="figure">{money ? formatMoney(money.balance) : "…"}</dd>
          </div>
          <div>
            <dt>{strings.account.openStake}</dt>
            <dd class="figure">{money ? formatMoney(money.openStake) : "…"}</dd>
          </div>
        </dl>
        <MoveMoney />
      </div>
      {/* Below the fold all of it appears at once: what is read later would push away what was there before. */}
      <div class="page" hidden={unread.size > 0}>
        <Statement onRead={() => read("statement")} />
        <LimitsForm onRead={() => read("limits")} />
        <Profile />
      </div>
    </section>
  );
}

function MoveMoney() {
  const text = useSignal("");
  const trouble = useSignal("");
  const busy = useSignal(false);
  // One key for one intention: the same amount and direction again, after a lost answer, is a repeat.
  const intention = useRef<{ name: string; key: string } | null>(null);

  const move = async (direction: "deposit" | "withdraw"): Promise<void> => {
    const amount = parseMoney(text.value);
    if (amount === null) {
      trouble.value = strings.slip.badStake;
      return;
    }
    const name = `${direction} ${amount}`;
    if (intention.current?.name !== name) intention.current = { name, key: crypto.randomUUID() };
    busy.value = true;
    const { key } = intention.current;
    const answer = await (direction === "deposit"
      ? commands.deposit(amount, key)
      : commands.withdraw(amount, key));
    busy.value = false;
    if (!answer.ok) {
      trouble.value = problemText(answer.problem);
      if (!leavesOutcomeOpen(answer.problem)) intention.current = null;
      return;
    }
    intention.current = null;
    trouble.value = "";
    text.value = "";
    account.apply(answer.value);
    const said = direction === "deposit" ? strings.account.deposited : strings.account.withdrawn;
    notices.show("good", said(formatMoney(amount)));
  };

  return (
    <form
      class="inline-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void move("deposit");
      }}
    >
      <label>
        <span>{strings.account.amount}</span>
        <input
          inputMode="decimal"
          autocomplete="off"
          placeholder={formatMoney(0)}
          value={text.value}
          aria-invalid={trouble.value !== ""}
          aria-describedby="move-money-note"
          onInput={(event) => {
            text.value = event.currentTarget.value;
            trouble.value = "";
          }}
        />
      </label>
      <BusyButton type="submit" class="button primary" isBusy={busy.value}>
        {strings.account.deposit}
      </BusyButton>
      <BusyButton type="button" class="button" isBusy={busy.value} onClick={() => void move("withdraw")}>
        {strings.account.withdraw}
      </BusyButton>
      <p id="move-money-note" class="trouble" role="alert">
        {trouble.value}
      </p>
    </form>
  );
}

function Profile() {
  const user = session.user.value;
  if (!user) return null;
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{strings.account.profile}</h2>
      </div>
      <p>
        {strings.account.signedInAs(user.username)} · {strings.account.role(user.role)}
      </p>
      <PasswordForm />
      <p class="button-row">
        <button type="button" class="button" onClick={() => void session.logout()}>
          {strings.account.logout}
        </button>
        <button type="button" class="button" onClick={() => void session.logout({ everywhere: true })}>
          {strings.account.logoutEverywhere}
        </button>
      </p>
    </section>
  );
}
