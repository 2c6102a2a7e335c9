// Times as text in the reader's locale and zone. What comes in is RFC 3339 in UTC, from the replicated log.

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const dateTimeSeconds = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

export function formatTime(at: string): string {
  return dateTime.format(new Date(at));
}

/** To the second, for ledgers and audits. */
export function formatTimeExact(at: string): string {
  return dateTimeSeconds.format(new Date(at));
}

/** Time of day alone. @param at milliseconds since 1970 */
export function formatClock(at: number): string {
  return clock.format(new Date(at));
}

/**
 * What is left until a time, at the precision that matters: `2 d 4 h`, `3 h 05 min`, `4:09`.
 *
 * @param milliseconds how far the time lies ahead
 * @returns null where it has passed
 */
export function formatRemaining(milliseconds: number): string | null {
  if (milliseconds <= 0) return null;
  const seconds = Math.ceil(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${twoDigits(minutes % 60)} min`;
  return `${minutes}:${twoDigits(seconds % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
