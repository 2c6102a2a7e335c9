import type { BetListing, BetStatus } from "@quorumbook/client";
import { commands, notices } from "../client.ts";
import { strings } from "../strings.ts";
import { ForcibleDialog } from "./forcible-dialog.tsx";

/** Voids one bet. */
export function VoidBetDialog(props: {
  betId: number;
  /** It is void now, or was at an end already. */
  onEnded: (bet: Pick<BetListing, "id" | "status">) => void;
  onClose: () => void;
}) {
  const words = strings.admin;
  return (
    <ForcibleDialog
      title={words.voidBetTitle(props.betId)}
      hint={words.voidBetHint}
      action={words.voidBet}
      forceText={words.voidBetForce}
      onConfirm={async ({ reason, force, key }) => {
        const answer = await commands.voidBet(props.betId, reason, force, key);
        if (!answer.ok) {
          // Somebody was faster, and the page had not heard of it.
          const status = answer.problem.facts["betStatus"];
          if (isEnd(status)) props.onEnded({ id: props.betId, status });
          return answer.problem;
        }
        notices.show("good", words.betVoided(props.betId));
        props.onEnded(answer.value);
        return null;
      }}
      onClose={props.onClose}
    />
  );
}

function isEnd(status: unknown): status is BetStatus {
  return typeof status === "string" && status !== "open" && Object.hasOwn(strings.bets.status, status);
}
