// A row of the audit log as admins see it.
import type { AuditFacts, AuditView } from "@quorumbook/betting-core";
import { timeToWire } from "../contract/times.ts";
import { limitsToWire } from "./limits-answer.ts";

export function auditAnswer(row: AuditView) {
  const { index, at, actor, action, gameId, userId, reason, before, after } = row;
  return {
    index,
    at: timeToWire(at),
    actor,
    action,
    ...(gameId === undefined ? {} : { gameId }),
    ...(userId === undefined ? {} : { userId }),
    ...(reason === undefined ? {} : { reason }),
    ...(before === undefined ? {} : { before: facts(before) }),
    ...(after === undefined ? {} : { after: facts(after) }),
  };
}

function facts(of: AuditFacts): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(of).map(([name, value]) => [
      name,
      typeof value === "object" && value !== null ? limitsToWire(value) : value,
    ]),
  );
}
