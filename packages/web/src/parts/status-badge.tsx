import type { GameStatus } from "@quorumbook/client";
import { strings } from "../strings.ts";

export function StatusBadge({ status }: { status: GameStatus }) {
  return <span class={`badge status-${status}`}>{strings.status[status]}</span>;
}
