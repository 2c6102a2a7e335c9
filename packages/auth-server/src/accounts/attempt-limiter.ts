// Counts wrong attempts by key. Right ones are never counted, so that a busy address with many good logins is not
// held up.
//
// Two rules. No key has more than `limit` wrong ones in a sliding minute. And the keys of one account, once they
// have had as many without an hour's peace, wait after each further one, twice as long each time, up to a minute:
// some 75 guesses in the worst hour, where the first rule alone would let 600 through. Addresses do not wait longer
// and longer, for many people share one. Nobody ever waits longer than the minute of the first rule, so whoever
// guesses at an account cannot shut it for longer than that.
import type { Clock } from "../units.ts";

/** Keys remembered at most; the longest untouched is forgotten first. Some 10 MB when full. */
const KEYS_MAX = 50_000;
const WINDOW_MS = 60_000;
/** After so long without a wrong attempt, an account's next ones are its first again. */
const PEACE_MS = 3_600_000;
const DELAY_FIRST_MS = 1_000;
const DELAY_MAX_MS = 60_000;

/**
 * What attempts are counted for: an address, or something of one account (its name, its id). What a client may
 * choose freely stands last, so that no name it makes up is the key of something else.
 */
export type AttemptKey = `address ${string}` | `account ${string}`;

export interface AttemptLimiter {
  /** Seconds to wait before any of these keys may try again; 0 where all may. */
  retryAfter(keys: readonly AttemptKey[]): number;
  /**
   * Takes part in an attempt, counted as wrong until `end` says otherwise; or the seconds to wait. So attempts at
   * the same time cannot slip past the limit together.
   */
  begin(keys: readonly AttemptKey[]): { end(outcome: "right" | "wrong"): void } | number;
}

interface Record {
  /** Times of wrong attempts, oldest first. */
  wrong: number[];
  pending: number;
  /** Wrong attempts of an account since its last hour of peace, and when the last of them was. */
  streak: number;
  lastWrong: number;
}

/** @param limit wrong attempts per key and minute; 0 switches the limiter off */
export function attemptLimiter(limit: number, clock: Clock): AttemptLimiter {
  const records = new Map<AttemptKey, Record>();

  function recordOf(key: AttemptKey): Record {
    const now = clock();
    const record = records.get(key) ?? { wrong: [], pending: 0, streak: 0, lastWrong: 0 };
    record.wrong = record.wrong.filter((at) => at > now - WINDOW_MS);
    if (record.lastWrong <= now - PEACE_MS) record.streak = 0;
    return record;
  }

  function touch(key: AttemptKey, record: Record): void {
    records.delete(key);
    if (record.wrong.length === 0 && record.pending === 0 && record.streak === 0) return;
    records.set(key, record);
    for (const oldest of records.keys()) {
      if (records.size <= KEYS_MAX) break;
      records.delete(oldest);
    }
  }

  function waitOf(key: AttemptKey): number {
    const record = recordOf(key);
    const freeAt = Math.max(minuteFreeAt(record), delayEndsAt(record));
    return freeAt <= clock() ? 0 : Math.ceil((freeAt - clock()) / 1000);
  }

  /** When the minute has room for one more. */
  function minuteFreeAt({ wrong, pending }: Record): number {
    if (wrong.length + pending < limit) return 0;
    const oldest = wrong[Math.max(0, wrong.length + pending - limit)];
    return oldest === undefined ? clock() + 1000 : oldest + WINDOW_MS;
  }

  /** When the account has waited long enough. Past the limit its attempts come one at a time. */
  function delayEndsAt({ streak, pending, lastWrong }: Record): number {
    if (streak + pending < limit) return 0;
    if (pending > 0) return clock() + 1000;
    return lastWrong + Math.min(DELAY_MAX_MS, DELAY_FIRST_MS * 2 ** (streak - limit));
  }

  function retryAfter(keys: readonly AttemptKey[]): number {
    return limit === 0 ? 0 : Math.max(0, ...keys.map(waitOf));
  }

  function countWrong(key: AttemptKey, record: Record): void {
    record.wrong.push(clock());
    if (!key.startsWith("account ")) return;
    record.streak += 1;
    record.lastWrong = clock();
  }

  return {
    retryAfter,
    begin(keys) {
      if (limit === 0) return { end: () => undefined };
      const wait = retryAfter(keys);
      if (wait > 0) return wait;
      for (const key of keys) {
        const record = recordOf(key);
        record.pending += 1;
        touch(key, record);
      }
      return {
        end(outcome) {
          for (const key of keys) {
            const record = recordOf(key);
            record.pending = Math.max(0, record.pending - 1);
            if (outcome === "wrong") countWrong(key, record);
            touch(key, record);
          }
        },
      };
    },
  };
}
