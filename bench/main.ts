// `npm run bench -- NAME [--save]`: one bench, its table on standard error, one JSON object as the last line.
import { parseArgs } from "node:util";
import { CommandError } from "../scripts/lib/command-error.ts";
import { runCommand } from "../scripts/lib/run-command.ts";
import { jsonLine, type Row, table } from "./lib/report.ts";
import { saveResult } from "./lib/save.ts";

interface Options {
  /** In the book of the benches that begin with one; each has its own number unless it is given. */
  readonly bets?: number;
  /** How long the soak lasts. */
  readonly minutes?: number;
  /** Of `http`: which cases and parts, and how often. */
  readonly only?: readonly string[];
  readonly rounds?: number;
}

/** Each loads what it measures only when it is asked for. */
const benches: Readonly<Record<string, (options: Options) => Promise<Row[]>>> = {
  auth: async () => (await import("./auth.ts")).benchAuth(),
  capacity: async () => (await import("./capacity.ts")).benchCapacity(),
  core: async () => (await import("./core.ts")).benchCore(),
  curves: async () => (await import("./curves.ts")).benchCurves(),
  failover: async () => (await import("./failover.ts")).benchFailover(),
  http: async (options) => (await import("./http.ts")).benchHttp(options),
  learners: async () => (await import("./learners.ts")).benchLearners(),
  memory: async ({ bets }) => (await import("./memory.ts")).benchMemory(bets),
  raft: async () => (await import("./raft.ts")).benchRaft(),
  recovery: async ({ bets }) => (await import("./recovery.ts")).benchRecovery(bets),
  soak: async ({ minutes }) => (await import("./soak.ts")).benchSoak(minutes),
  tail: async ({ bets }) => (await import("./tail.ts")).benchTail(bets),
  ws: async () => (await import("./ws.ts")).benchWs(),
};

/** Those of `all`, in this order: everything but the soak, the tail and the curves, which take their time. */
const ALL = ["core", "raft", "http", "ws", "failover", "recovery", "auth", "memory"] as const;

const HELP = `Measures, with the machine's own limit or another program beside it in the same run.

  npm run bench -- NAME            one of ${Object.keys(benches).join(", ")}
  npm run bench -- all             ${ALL.join(", ")}, one after another: an hour
  npm run bench -- NAME --bets N   another number of bets in the book (memory, recovery, tail)
  npm run bench -- soak --minutes N
  npm run bench -- http --only CASE,…   some cases and parts alone, such as games100.c128,hot*,postgres,nats
  npm run bench -- http --rounds N      how often
  npm run bench -- NAME --save     keeps the result as a dated file in bench/results
  npm run -s bench -- NAME --json  nothing but the JSON line on standard output, as without it

The table goes to standard error, one JSON object to standard output as the last line. bench/README.md says what each
row is and how to repeat it.
`;

await runCommand("bench", async () => {
  const { values, positionals } = parse(process.argv.slice(2));
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const [name = "", ...more] = positionals;
  const names = name === "all" ? ALL : Object.hasOwn(benches, name) ? [name] : [];
  if (names.length === 0 || more.length > 0) {
    throw new CommandError(`which bench? One of all, ${Object.keys(benches).join(", ")}; see --help`);
  }
  const options: Options = {
    ...count("bets", values.bets),
    ...count("minutes", values.minutes),
    ...count("rounds", values.rounds),
    ...(values.only !== undefined && { only: values.only.split(",") }),
  };
  const began = new Date();
  const rows: Row[] = [];
  for (const each of names) {
    if (names.length > 1) process.stderr.write(`\n== ${each}\n`);
    const found = (await benches[each]?.(options)) ?? [];
    process.stderr.write(table(found));
    rows.push(...found);
  }
  const line = jsonLine(name, rows);
  if (values.save === true) process.stderr.write(`kept as ${await saveResult(name, line, began)}\n`);
  process.stdout.write(`${line}\n`);
  return 0;
});

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        help: { type: "boolean", short: "h" },
        // Standard output is the JSON line alone anyway, so this asks for nothing more.
        json: { type: "boolean" },
        save: { type: "boolean" },
        bets: { type: "string" },
        minutes: { type: "string" },
        only: { type: "string" },
        rounds: { type: "string" },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}; see --help`);
  }
}

function count<Name extends "bets" | "minutes" | "rounds">(
  name: Name,
  text: string | undefined,
): Partial<Record<Name, number>> {
  if (text === undefined) return {};
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new CommandError(`--${name} is ${text}, but must be a whole number above 0`);
  }
  return { [name]: number } as Record<Name, number>;
}
