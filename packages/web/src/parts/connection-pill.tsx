import type { StreamState } from "@quorumbook/client";
import { streamState } from "../client.ts";
import { formatClock } from "../format/time.ts";
import { strings } from "../strings.ts";

/** How current the page is. A change is announced, as prices on the screen mean something else when it is cut off. */
export function ConnectionPill() {
  const state = streamState.value;
  return (
    <span class={`pill ${state.type}`} role="status" title={hintOf(state)} data-testid="connection">
      <span class="pill-dot" aria-hidden="true" />
      {textOf(state)}
    </span>
  );
}

function textOf(state: StreamState): string {
  switch (state.type) {
    case "connecting":
      return strings.connection.connecting;
    case "catching-up":
      return strings.connection.catchingUp(state.behind);
    case "live":
      return strings.connection.live;
    case "stale":
      return strings.connection.stale(formatClock(state.since));
    default:
      return state satisfies never;
  }
}

function hintOf(state: StreamState): string {
  if (state.type === "live") return strings.connection.servedBy(state.nodeId);
  return state.type === "stale" ? strings.connection.staleHint : "";
}
