import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { whenOk } from "../api/when-ok.ts";
import { book, commands, games, notices } from "../client.ts";
import { formatCount } from "../format/number.ts";
import { ActionDialog } from "../parts/action-dialog.tsx";
import { BetTicker } from "../parts/bet-ticker.tsx";
import { CreateGameForm } from "../parts/create-game-form.tsx";
import { LiabilityLadder } from "../parts/liability-ladder.tsx";
import { GameTable } from "../parts/game-table.tsx";
import { isTyping } from "../parts/use-shortcuts.ts";
import { useTitle } from "../parts/use-title.ts";
import { formatMoney } from "../format/money.ts";
import { problemText, strings } from "../strings.ts";

export function AdminPage() {
  useTitle(strings.admin.title);
  return (
    <section class="page">
      <div class="page-head">
        <h1>{strings.admin.title}</h1>
        <a href="/admin/audit">{strings.admin.audit}</a>
      </div>
      <BookFigures />
      <BetTicker />
      <LiabilityLadder />
      <CreateGameForm />
      <section class="panel">
        <div class="panel-head">
          <h2>{strings.admin.games}</h2>
          <SuspendAll />
        </div>
        <GameTable />
      </section>
    </section>
  );
}

function BookFigures() {
  const openGames = games.catalog.value.filter((game) => game.status === "open").length;
  useEffect(() => {
    // How many games and how much money: what changes either is pushed, the rest is read when it does.
    void whenOk(commands.book(), (value) => book.put(value));
  }, [openGames]);
  const figures = book.book.value;
  const shown: [string, string][] = [
    [strings.admin.house, figures ? formatMoney(figures.house) : "…"],
    [strings.admin.escrow, figures ? formatMoney(figures.escrow) : "…"],
    [strings.admin.exposure, figures ? formatMoney(figures.exposure) : "…"],
    [strings.admin.openGames, formatCount(openGames)],
  ];
  return (
    <dl class="panel figures" data-testid="book">
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="figure">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The emergency brake. */
function SuspendAll() {
  const asking = useSignal(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "!" || isTyping(event.target) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      asking.value = true;
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const suspendAll = async (reason: string): Promise<string | null> => {
    const open = games.catalog.peek().filter((game) => game.status === "open");
    const answers = await Promise.all(open.map((game) => commands.changeStatus(game.id, "suspend", reason)));
    for (const answer of answers) if (answer.ok) games.put(answer.value);
    notices.show("plain", strings.admin.suspendedAll(answers.filter((answer) => answer.ok).length));
    const refused = answers.find((answer) => !answer.ok);
    return refused && !refused.ok ? problemText(refused.problem) : null;
  };
  return (
    <>
      <button
        type="button"
        class="button danger small"
        aria-keyshortcuts="!"
        title={strings.admin.suspendAllHint}
        onClick={() => {
          asking.value = true;
        }}
      >
        {strings.admin.suspendAll}
      </button>
      {asking.value && (
        <ActionDialog
          title={strings.admin.suspendAll}
          action={strings.admin.suspend}
          reasonRequired
          onConfirm={suspendAll}
          onClose={() => {
            asking.value = false;
          }}
        />
      )}
    </>
  );
}
