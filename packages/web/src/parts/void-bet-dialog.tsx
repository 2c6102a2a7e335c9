import type { BetListing } from "@quorumbook/client";
import { commands, notices } from "../client.ts";
import { strings } from "../strings.ts";
import { ForcibleDialog } from "./forcible-dialog.tsx";

/** Voids one bet. */
export function VoidBetDialog(props: {
  betId: number;
  onVoided: (bet: BetListing) => void;
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
        if (!answer.ok) return answer.problem;
        notices.show("good", words.betVoided(props.betId));
        props.onVoided(answer.value);
        return null;
      }}
      onClose={props.onClose}
    />
  );
}
