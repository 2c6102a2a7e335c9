import { effect } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { Transaction } from "@quorumbook/client";
import { account, bets, commands } from "../client.ts";
import { formatMoney } from "../format/money.ts";
import { formatTimeExact } from "../format/time.ts";
import { SoldBets } from "../stores/sold-bets.ts";
import { problemText, strings } from "../strings.ts";

/** The rest of the account's page is not to be out of reach below its ledger. */
const ROWS_FIRST = 10;
const ROWS_STEP = 50;

/** The bettor's own ledger, newest first. Whatever changes the balance brings its newest rows. */
export function Statement({ onRead }: { onRead: () => void }) {
  const [rows, setRows] = useState<ReadonlyMap<number, Transaction>>(new Map());
  const [cursor, setCursor] = useState<string | null>(null);
  const [most, setMost] = useState(ROWS_FIRST);
  const [trouble, setTrouble] = useState("");
  const [loading, setLoading] = useState(true);
  const [soldBets] = useState(
    () =>
      new SoldBets({
        page: (from) => commands.bets({ status: "cashedOut", cursor: from }),
        take: (sold, asOf) => bets.putAll(sold, asOf),
      }),
  );

  const load = async (from: string | null, first: boolean): Promise<void> => {
    const answer = await commands.transactions(from);
    setLoading(false);
    onRead();
    if (!answer.ok) {
      setTrouble(problemText(answer.problem));
      return;
    }
    setTrouble("");
    setRows((before) => new Map([...before, ...answer.value.items.map((row) => [row.seq, row] as const)]));
    if (first || from !== null) setCursor(answer.value.nextCursor);
    void soldBets.readFor(answer.value.items);
  };
  const showMore = async (): Promise<void> => {
    if (cursor !== null) await load(cursor, false);
    setMost(most + ROWS_STEP);
  };
  useEffect(() => {
    let first = true;
    return effect(() => {
      void account.money.value;
      void load(null, first);
      first = false;
    });
  }, []);

  const sold = new Set<number | undefined>(
    bets.all.value.filter((bet) => bet.status === "cashedOut").map((bet) => bet.id),
  );
  const newestFirst = [...rows.values()].sort((a, b) => b.seq - a.seq);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{strings.account.statement}</h2>
      </div>
      {trouble !== "" && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {newestFirst.length === 0 ? (
        <p class="quiet">{loading ? strings.loading : strings.account.statementNone}</p>
      ) : (
        <div class="scroll">
          <table class="plain stacked statement" data-testid="statement">
            <thead>
              <tr>
                <th scope="col">{strings.account.columns.at}</th>
                <th scope="col">{strings.account.columns.cause}</th>
                <th scope="col" class="number">
                  {strings.account.columns.amount}
                </th>
                <th scope="col" class="number">
                  {strings.account.columns.balance}
                </th>
              </tr>
            </thead>
            <tbody>
              {newestFirst.slice(0, most).map((row) => (
                <tr key={row.seq}>
                  <td>{formatTimeExact(row.at)}</td>
                  <td>
                    {row.cause === "payout" && sold.has(row.betId)
                      ? strings.account.cashOut
                      : strings.account.causes[row.cause]}
                    {row.betId !== undefined && (
                      <span class="quiet"> {strings.account.betReference(row.betId)}</span>
                    )}
                  </td>
                  <td class={row.amount < 0 ? "number" : "number gain"}>
                    {formatMoney(row.amount, { sign: true })}
                  </td>
                  <td class="number" data-name={strings.account.columns.balance}>
                    {formatMoney(row.balance)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {(cursor !== null || newestFirst.length > most) && (
        <button type="button" class="button wide" onClick={() => void showMore()}>
          {strings.account.loadMore}
        </button>
      )}
    </section>
  );
}
