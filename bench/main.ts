// `npm run bench -- NAME [--json]`: one bench, its table on standard error, one JSON object as the last line.
import { CommandError } from "../scripts/lib/command-error.ts";
import { runCommand } from "../scripts/lib/run-command.ts";
import { jsonLine, type Row, table } from "./lib/report.ts";

/** Each loads what it measures only when it is asked for. */
const benches: Readonly<Record<string, () => Promise<Row[]>>> = {
  auth: async () => (await import("./auth.ts")).benchAuth(),
  core: async () => (await import("./core.ts")).benchCore(),
  failover: async () => (await import("./failover.ts")).benchFailover(),
  http: async () => (await import("./http.ts")).benchHttp(),
  raft: async () => (await import("./raft.ts")).benchRaft(),
  ws: async () => (await import("./ws.ts")).benchWs(),
};

await runCommand("bench", async () => {
  // Standard output is the JSON line alone anyway, so --json asks for nothing more.
  const [name = "", ...more] = process.argv.slice(2).filter((argument) => argument !== "--json");
  const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
  if (bench === undefined || more.length > 0) {
    throw new CommandError(
      `usage: npm run bench -- NAME [--json]; NAME is one of ${Object.keys(benches).join(", ")}`,
    );
  }
  const rows = await bench();
  process.stderr.write(table(rows));
  process.stdout.write(`${jsonLine(name, rows)}\n`);
  return 0;
});
