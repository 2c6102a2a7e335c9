// `npm run bench -- NAME [--save]`: one bench, its table on standard error, one JSON object as the last line.
import { parseArgs } from "node:util";
import { CommandError } from "../scripts/lib/command-error.ts";
import { runCommand } from "../scripts/lib/run-command.ts";
import { jsonLine, type Row, table } from "./lib/report.ts";
import { saveResult } from "./lib/save.ts";

interface Options {
  /** In the book of the benches that begin with one; each has its own number unless it is given. */
  readonly bets?: number;
}

/** Each loads what it measures only when it is asked for. */
const benches: Readonly<Record<string, (options: Options) => Promise<Row[]>>> = {
  auth: async () => (await import("./auth.ts")).benchAuth(),
  core: async () => (await import("./core.ts")).benchCore(),
  curves: async () => (await import("./curves.ts")).benchCurves(),
  failover: async () => (await import("./failover.ts")).benchFailover(),
  http: async () => (await import("./http.ts")).benchHttp(),
  learners: async () => (await import("./learners.ts")).benchLearners(),
  memory: async ({ bets }) => (await import("./memory.ts")).benchMemory(bets),
  raft: async () => (await import("./raft.ts")).benchRaft(),
  recovery: async ({ bets }) => (await import("./recovery.ts")).benchRecovery(bets),
  tail: async ({ bets }) => (await import("./tail.ts")).benchTail(bets),
  ws: async () => (await import("./ws.ts")).benchWs(),
};

await runCommand("bench", async () => {
  // Standard output is the JSON line alone anyway, so --json asks for nothing more.
  const { values, positionals } = parseArgs({
    options: { json: { type: "boolean" }, save: { type: "boolean" }, bets: { type: "string" } },
    allowPositionals: true,
  });
  const [name = "", ...more] = positionals;
  const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
  const bets = values.bets === undefined ? undefined : Number(values.bets);
  const countable = bets === undefined || (Number.isSafeInteger(bets) && bets > 0);
  if (bench === undefined || more.length > 0 || !countable) {
    throw new CommandError(
      `usage: npm run bench -- NAME [--bets N] [--json] [--save]; NAME is one of ${Object.keys(benches).join(", ")}`,
    );
  }
  const began = new Date();
  const rows = await bench(bets === undefined ? {} : { bets });
  process.stderr.write(table(rows));
  const line = jsonLine(name, rows);
  if (values.save === true) process.stderr.write(`kept as ${await saveResult(name, line, began)}\n`);
  process.stdout.write(`${line}\n`);
  return 0;
});
