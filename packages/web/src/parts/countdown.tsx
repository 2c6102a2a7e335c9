import { serverClock } from "../client.ts";
import { formatRemaining, formatTime } from "../format/time.ts";
import { strings } from "../strings.ts";
import type { LiveGame } from "../stores/games.ts";

/** Time left until betting closes or the event starts, by the servers' clock. */
export function Countdown({ game }: { game: LiveGame }) {
  if (game.status !== "open" && game.status !== "suspended") return null;
  const at = game.closesAt ?? game.startsAt;
  if (at === undefined) return null;
  const remaining = formatRemaining(Date.parse(at) - serverClock.now.value);
  const text =
    game.closesAt === undefined
      ? remaining === null
        ? strings.games.started
        : strings.games.startsIn(remaining)
      : strings.games.closesIn(remaining ?? "0:00");
  return (
    <time class="countdown" dateTime={at} title={formatTime(at)}>
      {text}
    </time>
  );
}
