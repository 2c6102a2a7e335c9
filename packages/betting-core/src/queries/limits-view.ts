// An account's limits as queries show them.

import type { LimitsRecord } from "../state/accounts-table.ts";
import { trusted, type UnixMillis } from "../units.ts";
import type { LimitsView } from "../views.ts";
import { limitsAt } from "../accounts/limits.ts";

export function limitsView(record: LimitsRecord | undefined, at: number): LimitsView {
  const { current, pending } = limitsAt(record, at);
  const { deposit, stake, loss, excludedUntil } = current;
  return {
    deposit,
    stake,
    loss,
    ...(excludedUntil !== undefined && excludedUntil > at ? { excludedUntil } : {}),
    ...(pending === undefined ? {} : { pending: { ...pending.limits, at: trusted<UnixMillis>(pending.at) } }),
  };
}
