import { parseArgs } from "node:util";
import { CommandError } from "../lib/command-error.ts";
import { until } from "../lib/until.ts";
import { ControlClient } from "./control-client.ts";
import { leaderOf, type NodeStatus, readNodeStatuses } from "./node-status.ts";
import { readDataDir } from "./settings.ts";
import { nodeActions } from "./supervisor.ts";

const HELP = `Shows and commands the game nodes of the running system.

  npm run cluster -- status            a table of the nodes
  npm run -s cluster -- status --json  the same as one JSON document
  npm run cluster -- kill NODE         SIGKILL; it stays down until restart
  npm run cluster -- pause NODE        SIGSTOP
  npm run cluster -- resume NODE       SIGCONT
  npm run cluster -- restart NODE      starts it again; a live one is stopped gracefully first
  npm run cluster -- join [--voter]    starts one more node: as a learner, which serves readers, or with a vote

NODE is a node's id (node1, node2, …), "leader", or where the system has them a NATS server's (nats1, …).
The system is found by its data folder, QUORUMBOOK_DATA (./data unless set).
`;

/** How long `leader` may be without a meaning, during an election, in ms. */
const LEADER_MS = 15_000;

/** `npm run cluster`. Documents go to `out`, everything for people to `tell`. */
export async function clusterCommand(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  out: (text: string) => void,
  tell: (text: string) => void,
): Promise<number> {
  const { values, positionals } = parse(argv);
  const [verb, target, ...extra] = positionals;
  if (values.help === true) {
    out(HELP);
    return 0;
  }
  if (verb === undefined) throw new CommandError(`what? See --help\n\n${HELP}`);
  const action = nodeActions.find((one) => one === verb);
  if (verb !== "status" && verb !== "join" && action === undefined)
    throw new CommandError(`there is no "${verb}"; see --help`);
  if (extra.length > 0 || (action === undefined && target !== undefined)) {
    throw new CommandError(`too many arguments: ${positionals.join(" ")}; see --help`);
  }

  const dataDir = readDataDir(env);
  const control = ControlClient.find(dataDir);
  if (control === undefined) {
    throw new CommandError(`no system runs on the data folder ${dataDir}; start one with npm start`);
  }
  if (verb === "join") {
    const message = await control.join(values.voter === true);
    if (values.json === true) out(`${JSON.stringify({ message })}\n`);
    else tell(`${message}\n`);
    return 0;
  }
  if (action === undefined) {
    const statuses = await readNodeStatuses((await control.report()).nodes);
    if (values.json === true) out(`${JSON.stringify(statuses)}\n`);
    else out(statusTable(statuses));
    return 0;
  }
  if (target === undefined) throw new CommandError(`${verb} which node? Give its id or "leader"`);
  const message = await control.act(action, target === "leader" ? await findLeader(control) : target);
  if (values.json === true) out(`${JSON.stringify({ message })}\n`);
  else tell(`${message}\n`);
  return 0;
}

/** The current leader's id; waits out an election. */
export async function findLeader(control: ControlClient): Promise<string> {
  const leader = await until(
    async () => leaderOf(await readNodeStatuses((await control.report()).nodes))?.nodeId,
    LEADER_MS,
  );
  if (leader === undefined) throw new CommandError(`there was no leader within ${LEADER_MS / 1000} s`);
  return leader;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        voter: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}; see --help`);
  }
}

/** The rows as a table for people. */
export function statusTable(statuses: readonly NodeStatus[]): string {
  const rows = statuses.map((one) => [
    one.nodeId,
    one.pid === null ? "down" : String(one.pid),
    one.role,
    String(one.term ?? "–"),
    String(one.commitIndex ?? "–"),
    String(one.appliedIndex ?? "–"),
    one.digest === null ? "–" : `${one.digest.index}:${one.digest.value.slice(0, 12)}`,
    `http://127.0.0.1:${one.httpPort}`,
  ]);
  return table([["node", "process", "role", "term", "commit", "applied", "digest", "address"], ...rows]);
}

/** Lines of left-aligned columns, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  return `${rows.map(line).join("\n")}\n`;
}
