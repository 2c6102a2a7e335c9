import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CommandError } from "../lib/command-error.ts";
import { exitCodes } from "../lib/exit-codes.ts";
import { findNats, requireNats } from "../nats/find-nats.ts";
import { requireNginx } from "../nginx/nginx.ts";
import { DemoLoad } from "../demo/demo-load.ts";
import { DemoServer } from "../demo/demo-server.ts";
import { serveControl } from "./control-server.ts";
import { DataFolder } from "./data-folder.ts";
import { HOST, portsFrom, requireFreePorts } from "./ports.ts";
import { NATS_SERVERS, planProcesses, type Programs } from "./process-plan.ts";
import { DEFAULT_NODES, readSettings, type Settings } from "./settings.ts";
import { endLeftBehind, Supervisor } from "./supervisor.ts";

const HELP = `Runs the whole system on ${HOST}: game nodes, auth-server and the entry point, each its own process.

  npm start             with the data of the last run
  npm start -- --fresh  with empty data
  npm start -- --demo   lets operators break and mend nodes from the page, with bettors to watch
  npm start -- --nginx  with nginx, which must be installed, in the place of the built-in gateway
  npm start -- --nats   with the book on three NATS servers, which must be installed, rather than on the nodes' own log

Settings (environment):
  PORT                   the entry point's port (8080); the others follow from it: auth PORT+1, control
                         PORT+2, node i's HTTP PORT+10+i, its Raft PORT+20+i
  QUORUMBOOK_DATA        folder of all data (./data)
  QUORUMBOOK_ADMIN       name:password of the first admin, made if there is none; unset: one with a
                         random password is made and printed once
  QUORUMBOOK_NODES       how many game nodes a new book begins with (${DEFAULT_NODES})
  QUORUMBOOK_BANKROLL    house money of a new book in minor units (100000000)
  QUORUMBOOK_ACCESS_TTL  life of an access token in seconds (900)
  QUORUMBOOK_RATE_LIMIT  factor on all rate limits (1); 0 switches them off
  QUORUMBOOK_LOG         nats://host:port,… for a book on NATS servers that run already
  DATABASE_URL           mysql://… for the accounts; unset: a file in the data folder

Ctrl-C, SIGINT or SIGTERM stop it cleanly. npm run cluster -- --help shows how to kill, pause and
restart single nodes.
`;

/** The first admin's name where QUORUMBOOK_ADMIN does not give one. */
const ADMIN_NAME = "admin";

/** `npm start`: runs until it is told to stop. Returns the exit code. */
export async function startCommand(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  run: Programs,
): Promise<number> {
  const options = parse(argv);
  // A reader of our output that went away (`npm start | head`) is no reason to end the system.
  process.stdout.on("error", () => process.stdout.destroy());
  process.stderr.on("error", () => process.stderr.destroy());
  if (options.help === true) {
    process.stdout.write(HELP);
    return exitCodes.ok;
  }
  // From here on a signal means: stop in order, whatever is going on, and however often it comes.
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());

  if (options.nginx === true) requireNginx(env["PATH"] ?? "");
  if (options.nats === true) requireNats(env["PATH"] ?? "");
  if (options.nginx === true && options.demo === true) {
    throw new CommandError("--demo goes with the built-in gateway only", exitCodes.config);
  }
  const settings = readSettings(env, {
    entryPoint: options.nginx === true ? "nginx" : "gateway",
    demo: options.demo === true,
    nats: options.nats === true,
  });
  const folder = DataFolder.open(settings.dataDir, {
    nodes: settings.nodes,
    nodesDefault: DEFAULT_NODES,
    log: settings.log,
    fresh: options.fresh === true,
  });
  try {
    return await runSystem(settings, folder, run, env, stop.signal);
  } finally {
    folder.release();
  }
}

async function runSystem(
  settings: Settings,
  folder: DataFolder,
  run: Programs,
  env: NodeJS.ProcessEnv,
  stop: AbortSignal,
): Promise<number> {
  const ports = portsFrom(settings.port);
  await endLeftBehind(folder.path, say);
  const nats = settings.log === "nats" ? findNats(env["PATH"] ?? "") : undefined;
  const nodes = folder.marker.nodes + (folder.marker.joined ?? 0);
  await requireFreePorts(ports, nodes, nats === undefined ? 0 : NATS_SERVERS);
  const plan = planProcesses(settings, folder.marker, ports, run, env, nats);
  const supervisor = new Supervisor(plan, folder.path, ports, say, () => folder.rememberJoined());
  const load = new DemoLoad(
    `http://${HOST}:${ports.entry}`,
    (name) => supervisor.createAdmin(name),
    (error) => say(`a bettor of the demonstration gave up: ${String(error)}`),
  );
  const demo = settings.demo ? new DemoServer(supervisor, load, ports.auth) : undefined;
  const control = await serveControl(supervisor, ports.control, demo);
  try {
    supervisor.announce();
    say(
      `starting ${nodes} game nodes, auth-server and the entry point${settings.entryPoint === "nginx" ? " (nginx)" : ""}${nats === undefined ? "" : `, on ${NATS_SERVERS} NATS servers (${nats.version})`} …`,
    );
    await supervisor.start(stop);
    if (!stop.aborted) {
      await seeToAdmin(settings, folder, supervisor);
      greet(settings, folder);
      if (!stop.aborted) await once(stop, "abort");
    }
    say("stopping …");
    return exitCodes.ok;
  } finally {
    load.close();
    control.close();
    control.closeAllConnections();
    await supervisor.stop();
    say(`stopped; the data are in ${folder.path}`);
  }
}

/** Makes the first admin, unless there has been one, and says who it is. */
async function seeToAdmin(settings: Settings, folder: DataFolder, supervisor: Supervisor): Promise<void> {
  if (settings.admin !== undefined) {
    // The auth-server has made it at its start if there was no admin.
    const name = settings.admin.slice(0, settings.admin.indexOf(":"));
    say(`admin: ${name}, unless there was another before (QUORUMBOOK_ADMIN makes the first one only)`);
    folder.rememberAdminMade();
    return;
  }
  if (folder.marker.adminMade) return;
  const { username, password } = await supervisor.createAdmin(ADMIN_NAME);
  folder.rememberAdminMade();
  say(`admin: ${username}, password: ${password} (random, and shown this once only)`);
}

function greet(settings: Settings, folder: DataFolder): void {
  say(
    [
      "",
      `  Quorumbook is ready:  http://${HOST}:${settings.port}/`,
      "",
      `  data    ${folder.path}`,
      `  logs    ${join(folder.path, "logs")}/*.log`,
      "  nodes   npm run cluster -- status",
      "  break   npm run cluster -- kill leader    (back with: npm run cluster -- restart node1)",
      "  stop    Ctrl-C; the data stay (begin anew with: npm start -- --fresh)",
      "",
    ].join("\n"),
  );
}

function say(line: string): void {
  process.stdout.write(line.startsWith("\n") ? `${line}\n` : `quorumbook: ${line}\n`);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        fresh: { type: "boolean" },
        nginx: { type: "boolean" },
        nats: { type: "boolean" },
        demo: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new CommandError(
      `${error instanceof Error ? error.message : String(error)}; see npm start -- --help`,
    );
  }
}
