import { cluster, serverClock } from "../client.ts";
import { formatClock } from "../format/time.ts";
import type { Election } from "../stores/cluster.ts";
import { strings } from "../strings.ts";

/** Percent of the band, however wide it is. */
const WIDTH = 100;
const HEIGHT = 28;
const COLOURS = 6;
/** A reign narrower than this share of the band has no room for its name on a phone. */
const NAME_WIDTH_MIN = 20;
const percent = (share: number): string => `${share.toFixed(3)}%`;

/** Who has led since the page was opened, as a band of time; without a leader it is broken. The list says the same. */
export function Leadership() {
  const seen = cluster.elections.value.toReversed();
  const [first] = seen;
  if (!first) return null;
  // The clock ticks once a second, and the band grows with it; elections have the reader's own time.
  void serverClock.now.value;
  const now = Math.max(Date.now(), (seen.at(-1)?.at ?? 0) + 1);
  const scale = WIDTH / Math.max(1, now - first.at);
  const nodes = [...(cluster.cluster.value?.nodes ?? [])].map(({ nodeId }) => nodeId);
  return (
    <svg class="leadership" height={HEIGHT} aria-hidden="true">
      {reignsOf(seen, now).map(({ leader, term, from, to }) => {
        const [x, width] = [(from - first.at) * scale, (to - from) * scale];
        if (leader === null) {
          return (
            <rect
              key={from}
              x={percent(x)}
              y="12"
              width={percent(Math.max(0.3, width))}
              height="4"
              class="reign-none"
            />
          );
        }
        const colour = (nodes.indexOf(leader) % COLOURS) + 1;
        return (
          <g key={from}>
            <rect
              x={percent(x)}
              y="1"
              width={percent(Math.max(0.2, width - 0.2))}
              height={HEIGHT - 2}
              rx="4"
              class={`field-${colour}`}
            />
            {width >= NAME_WIDTH_MIN && (
              <text x={percent(x)} dx="10" y="18.5">
                {leader}
              </text>
            )}
            <title>{`${formatClock(from)} ${strings.cluster.term} ${term}: ${leader}`}</title>
          </g>
        );
      })}
    </svg>
  );
}

interface Reign {
  readonly leader: string | null;
  readonly term: number;
  readonly from: number;
  readonly to: number;
}

/** @param seen elections, the oldest first */
function reignsOf(seen: readonly Election[], now: number): readonly Reign[] {
  return seen.map(({ at, leader, term }, position) => ({
    leader,
    term,
    from: at,
    to: seen[position + 1]?.at ?? now,
  }));
}
