// What an admin says came out of a game, as the book takes it.
import type { Verdict } from "@quorumbook/betting-core";
import { invalidField } from "../contract/invalid-field.ts";
import type { VerdictRequest } from "../contract/requests.ts";

/** @throws ProblemError `invalid_request` for a body that does not say exactly one of the three */
export function verdict({ winner, winners, push }: VerdictRequest): Verdict {
  const said = [winner, winners, push].filter((each) => each !== undefined);
  if (said.length > 1) throw invalidField("/winner", "must be alone: one of winner, winners and push");
  if (winners !== undefined) return { winners };
  if (push !== undefined) return { push };
  if (winner === undefined) throw invalidField("/winner", "is required");
  return { winner };
}
