import { useEffect, useState } from "preact/hooks";
import type { AuditItem } from "@quorumbook/client";
import { commands, games } from "../client.ts";
import { csv } from "../format/csv.ts";
import { formatMoney } from "../format/money.ts";
import { formatCount } from "../format/number.ts";
import { formatTimeExact } from "../format/time.ts";
import { download } from "../parts/download.ts";
import { useTitle } from "../parts/use-title.ts";
import { problemText, strings } from "../strings.ts";

const MONEY_FIELDS = new Set([
  "house",
  "paid",
  "refunded",
  "stake",
  "margin",
  "marginExceededBy",
  "virtualStake",
  "bookResult",
  "openingBankroll",
  "welcomeBalance",
]);

export function AuditPage() {
  useTitle(strings.audit.title);
  const [items, setItems] = useState<readonly AuditItem[]>([]);
  const [loading, setLoading] = useState(true);
  const [cursor, setCursor] = useState<string | null>(null);
  const [trouble, setTrouble] = useState("");
  const load = async (from: string | null): Promise<void> => {
    const answer = await commands.audit(from);
    setLoading(false);
    setTrouble(answer.ok ? "" : problemText(answer.problem));
    if (!answer.ok) return;
    setItems((before) => (from === null ? answer.value.items : [...before, ...answer.value.items]));
    setCursor(answer.value.nextCursor);
  };
  useEffect(() => {
    void load(null);
  }, []);
  const columns = strings.audit.columns;
  return (
    <section class="page">
      <p class="crumbs">
        <a href="/admin">{strings.admin.title}</a>
      </p>
      <div class="page-head">
        <h1>{strings.audit.title}</h1>
        <button
          type="button"
          class="button small"
          disabled={items.length === 0}
          onClick={() => exportCsv(items)}
        >
          {strings.audit.export}
        </button>
      </div>
      {trouble !== "" && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {items.length === 0 ? (
        <p class="empty">{loading ? strings.loading : strings.audit.none}</p>
      ) : (
        <div class="panel scroll">
          <table class="plain stacked audit-table" data-testid="audit">
            <thead>
              <tr>
                {Object.values(columns).map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <AuditRow key={`${item.index} ${item.action} ${item.userId ?? ""}`} item={item} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {cursor !== null && (
        <button type="button" class="button wide" onClick={() => void load(cursor)}>
          {strings.audit.loadMore}
        </button>
      )}
    </section>
  );
}

function AuditRow({ item }: { item: AuditItem }) {
  const { columns } = strings.audit;
  return (
    <tr>
      <td class="number" data-name={columns.index}>
        {formatCount(item.index)}
      </td>
      <td>{formatTimeExact(item.at)}</td>
      <td data-name={columns.actor}>{item.actor}</td>
      <td class="audit-action">{strings.audit.actions[item.action] ?? item.action}</td>
      <td>
        {item.gameId !== undefined && (
          <a href={`/admin/games/${item.gameId}`}>{strings.bets.game(item.gameId)}</a>
        )}
        {item.userId}
      </td>
      <td>{item.reason}</td>
      <td>
        {differences(item).map(({ name, before, after }) => (
          <div key={name} class="difference">
            <span class="quiet">{name}</span> {before !== "" && <del>{before}</del>} <ins>{after}</ins>
          </div>
        ))}
      </td>
    </tr>
  );
}

/** The fields that an action changed, as text. */
function differences(item: AuditItem): { name: string; before: string; after: string }[] {
  const old = fieldsOf(item.before);
  const now = fieldsOf(item.after);
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .map((name) => ({
      name,
      before: shown(name, old[name], item.gameId),
      after: shown(name, now[name], item.gameId),
    }))
    .filter((difference) => difference.before !== difference.after);
}

/** Amounts as money and outcomes by their label; everything else as it stands in the log. */
function shown(name: string, value: unknown, gameId: number | undefined): string {
  if (typeof value === "number" && MONEY_FIELDS.has(name)) return formatMoney(value);
  if (name === "winner" && gameId !== undefined) {
    const outcome = games.peek(gameId)?.outcomes.find(({ key }) => key === value);
    if (outcome) return outcome.label;
  }
  return textOf(value);
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : { "": value };
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function exportCsv(items: readonly AuditItem[]): void {
  const header = ["index", "at", "actor", "action", "gameId", "userId", "reason", "before", "after"];
  const rows = items.map((item) => [
    String(item.index),
    item.at,
    item.actor,
    item.action,
    textOf(item.gameId),
    textOf(item.userId),
    textOf(item.reason),
    textOf(item.before),
    textOf(item.after),
  ]);
  download("audit.csv", "text/csv", csv([header, ...rows]));
}
