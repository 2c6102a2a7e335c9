import { CommandError } from "../lib/command-error.ts";
import { until } from "../lib/until.ts";
import { Session } from "../season/session.ts";
import type { AdminCredentials } from "./create-admin.ts";
import { HOST } from "./ports.ts";
import type { NodeSpec } from "./process-plan.ts";

/** How long a learner may take until it has the log, in ms. */
const CATCH_UP_MS = 120_000;

/** Makes a node that runs a member, by the operators' routes. @throws CommandError where that is refused */
export async function letIn(
  entry: string,
  { username, password }: AdminCredentials,
  { name, raftPort }: NodeSpec,
  votes: boolean,
): Promise<void> {
  const operator = new Session(entry, username, password);
  await operator.login();
  const body = { nodeId: name, address: `${HOST}:${raftPort}` };
  const added = await operator.attempt("POST", "/api/cluster/learners", { body });
  if (!added.ok) throw new CommandError(`${name} was not let in: ${added.problem.detail}`);
  if (!votes) return;
  let said = "";
  const promoted = await until(async () => {
    const answer = await operator.attempt("POST", `/api/cluster/members/${name}/promote`, { body: {} });
    if (!answer.ok) said = answer.problem.detail;
    return answer.ok;
  }, CATCH_UP_MS);
  if (promoted !== true) throw new CommandError(`${name} has no vote: ${said}`);
}
