// Counts wrong attempts in a sliding minute, by key. Right ones are never counted, so that a busy address with
// many good logins is not held up.
import type { Clock } from "../units.ts";

/** Keys remembered at most; the longest untouched is forgotten first. Some 10 MB when full. */
const KEYS_MAX = 50_000;
const WINDOW_MS = 60_000;

export interface AttemptLimiter {
  /** Seconds to wait before any of these keys may try again; 0 where all may. */
  retryAfter(keys: readonly string[]): number;
  /**
   * Takes part in an attempt, counted as wrong until `end` says otherwise; or the seconds to wait. So attempts at
   * the same time cannot slip past the limit together.
   */
  begin(keys: readonly string[]): { end(outcome: "right" | "wrong"): void } | number;
}

interface Record {
  /** Times of wrong attempts, oldest first. */
  wrong: number[];
  pending: number;
}

/** @param limit wrong attempts per key and minute; 0 switches the limiter off */
export function attemptLimiter(limit: number, clock: Clock): AttemptLimiter {
  const records = new Map<string, Record>();

  function recordOf(key: string): Record {
    const record = records.get(key) ?? { wrong: [], pending: 0 };
    record.wrong = record.wrong.filter((at) => at > clock() - WINDOW_MS);
    return record;
  }

  function touch(key: string, record: Record): void {
    records.delete(key);
    if (record.wrong.length === 0 && record.pending === 0) return;
    records.set(key, record);
    for (const oldest of records.keys()) {
      if (records.size <= KEYS_MAX) break;
      records.delete(oldest);
    }
  }

  function waitOf(key: string): number {
    const { wrong, pending } = recordOf(key);
    if (wrong.length + pending < limit) return 0;
    const freed = wrong[Math.max(0, wrong.length + pending - limit)];
    return freed === undefined ? 1 : Math.max(1, Math.ceil((freed + WINDOW_MS - clock()) / 1000));
  }

  function retryAfter(keys: readonly string[]): number {
    return limit === 0 ? 0 : Math.max(0, ...keys.map(waitOf));
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
            if (outcome === "wrong") record.wrong.push(clock());
            touch(key, record);
          }
        },
      };
    },
  };
}
