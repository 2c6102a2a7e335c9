import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { table } from "../cluster/cluster-command.ts";
import { CommandError } from "../lib/command-error.ts";
import { exitCodes } from "../lib/exit-codes.ts";
import { projectRoot } from "../lib/source-paths.ts";
import { auditBets } from "./audit-bets.ts";
import { Bettor, Crowd, type Tally } from "./bettors.ts";
import { type DocCommands, docCommands } from "./doc-commands.ts";
import { Machines } from "./machines.ts";

const HELP = `Follows docs/operating.md word for word: executes its commands on a cluster of processes on loopback
addresses, while people bet through the entry point.

  npm run lifecycle             everything: start, add two nodes, take the first out, replace a dead one, restart
                                one by one, upgrade with two programs side by side, back up, restore into a new cluster, recover from a lost majority
  npm run -s lifecycle -- --json  the report as one JSON document on standard output

Disasters that the page only speaks of are made: a node's process and disk destroyed, then those of a majority.
At the end every node is asked for every bet: each acknowledged one there exactly once, no other, digests
alike. Exits 1 if a command fails, a bet is not decided in the end, or anything is off.
`;

const PAGE = join(projectRoot, "docs/operating.md");
const BETTORS = 6;
/** How long one block may take, in ms. */
const BLOCK_MS = 180_000;
/** How long two programs are watched side by side, in ms. */
const SIDE_BY_SIDE_MS = 2_000;

export interface Step extends Tally {
  readonly heading: string;
  readonly line: number;
  readonly seconds: number;
}

export interface LifecycleReport {
  readonly steps: readonly Step[];
  /** On each of the nodes that are left. */
  readonly bets: number;
  readonly lost: 0;
  readonly doubled: 0;
}

/** `npm run lifecycle`. The document goes to `out`, everything for people to `tell`. */
export async function lifecycleCommand(
  argv: readonly string[],
  out: (text: string) => void,
  tell: (text: string) => void,
): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help === true) {
    out(HELP);
    return exitCodes.ok;
  }
  const say = (line: string) => tell(`lifecycle: ${line}\n`);
  const machines = await Machines.open(`127.${randomInt(16, 240)}.${randomInt(1, 250)}`, say);
  let report: LifecycleReport | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      void machines.close(false).then(() => process.exit(exitCodes.failed));
    });
  }
  try {
    report = await new Lifecycle(machines, say).run(docCommands(readFileSync(PAGE, "utf8")));
    tell(reportTable(report));
    if (values.json === true) out(`${JSON.stringify(report)}\n`);
    return exitCodes.ok;
  } finally {
    if (report === undefined) say(`the machines' logs and data are kept in ${machines.folder}`);
    await machines.close(report === undefined);
  }
}

class Lifecycle {
  readonly #machines: Machines;
  readonly #say: (line: string) => void;
  readonly #said = new Map<string, string>();
  #crowd: Crowd | undefined;

  constructor(machines: Machines, say: (line: string) => void) {
    this.#machines = machines;
    this.#say = say;
  }

  async run(blocks: readonly DocCommands[]): Promise<LifecycleReport> {
    const steps: Step[] = [];
    for (const [at, block] of blocks.entries()) {
      const isFirstOf = blocks[at - 1]?.heading !== block.heading;
      if (isFirstOf) await this.#before(block.heading);
      steps.push(await this.#step(block));
      if (isFirstOf && block.heading === "Upgrade") await this.#expectTwoPrograms();
      if (blocks[at + 1]?.heading !== block.heading) await this.#after(block.heading);
    }
    const crowd = this.#crowd;
    if (crowd === undefined) throw new CommandError("the page does not start a cluster");
    await crowd.stop();
    const nodes = [4, 7, 8].map((n) => this.#machines.nodeUrl(n));
    this.#say("asking every node for every bet …");
    const bets = await auditBets(crowd.bettors, nodes);
    for (const bettor of crowd.bettors) bettor.close();
    return { steps, bets, lost: 0, doubled: 0 };
  }

  /** The disasters that a section is about. */
  async #before(heading: string): Promise<void> {
    switch (heading) {
      case "Replace a dead node":
        this.#say("node3 and its disk are destroyed");
        return this.#machines.destroy("node3");
      case "Recover from a lost majority": {
        // What only the lost ones have is lost: here it must be nothing, so that the check at the end can be exact.
        const crowd = this.#crowd;
        if (crowd === undefined) return;
        await crowd.stop();
        await auditBets(
          crowd.bettors,
          [2, 4, 5, 6].map((n) => this.#machines.nodeUrl(n)),
        );
        this.#say("three of four nodes and their disks are destroyed");
        await Promise.all(["node2", "node5", "node6"].map((node) => this.#machines.destroy(node)));
        return;
      }
      default:
    }
  }

  async #after(heading: string): Promise<void> {
    switch (heading) {
      case "Start a cluster":
        this.#crowd = await this.#openBetting();
        this.#crowd.start();
        return;
      case "Upgrade":
        return this.#expectOldProgramToStop();
      case "Restore into a new cluster":
        this.#compareDigests();
        return;
      case "Recover from a lost majority":
        this.#crowd?.start();
        return;
      default:
    }
  }

  /** Executes one block as the operator would, and stops at the first command that fails. */
  async #step({ heading, line, script }: DocCommands): Promise<Step> {
    this.#crowd?.take();
    this.#say(`${heading} (line ${line})`);
    const began = performance.now();
    const { code, output, complaints } = await this.#shell(script);
    if (code !== 0) {
      throw new CommandError(
        `the commands at line ${line} of docs/operating.md (${heading}) failed:\n${output}${complaints}`,
      );
    }
    this.#said.set(heading, (this.#said.get(heading) ?? "") + output);
    const tally = this.#crowd?.take() ?? { acknowledged: 0, refused: 0, repeated: 0, longestMs: 0 };
    const seconds = (performance.now() - began) / 1000;
    this.#say(`  … ${seconds.toFixed(1)} s, ${tally.acknowledged} bets meanwhile`);
    return { heading, line, seconds, ...tally };
  }

  async #shell(script: string) {
    const shell = spawn("bash", ["-euo", "pipefail", "-c", this.#machines.translate(script)], {
      env: this.#machines.shell,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: BLOCK_MS,
    });
    const [output, complaints] = await Promise.all([
      text(shell.stdout),
      text(shell.stderr),
      shell.exitCode === null && shell.signalCode === null ? once(shell, "exit") : undefined,
    ]);
    return { code: shell.exitCode, output, complaints };
  }

  /** Some nodes run the next release, the others this one: bets go on, and the book cannot be made the next version. */
  async #expectTwoPrograms(): Promise<void> {
    this.#crowd?.take();
    await pause(SIDE_BY_SIDE_MS);
    const { acknowledged = 0 } = this.#crowd?.take() ?? {};
    if (acknowledged === 0) throw new CommandError("no bet was taken by two programs side by side");
    this.#say(`two programs side by side: ${acknowledged} bets in ${SIDE_BY_SIDE_MS / 1000} s`);
    const { code, complaints } = await this.#shell("quorumbook raise-version 2");
    if (code === 0 || !complaints.includes("membership_invalid")) {
      throw new CommandError(`the version was raised before all knew it: ${code} ${complaints}`);
    }
    this.#say("the version cannot be raised yet: not every program knows it");
  }

  /** A program that does not know the book's version must not go on with it. */
  async #expectOldProgramToStop(): Promise<void> {
    await this.#shell("systemctl stop quorumbook-node@node6");
    this.#machines.install("quorumbook-1");
    const { code, lastWords } = await this.#machines.startInVain("node6");
    if (code !== exitCodes.broken || !lastWords.includes("start this node with a newer program")) {
      throw new CommandError(`the old program ended with ${code}: ${lastWords}`);
    }
    this.#say("the old program refuses the new version of the book: RAFT_UPGRADE_REQUIRED");
    this.#machines.install("quorumbook-2");
    await this.#shell("systemctl start quorumbook-node@node6; quorumbook ready http://10.0.0.6:8090");
  }

  /** The book in the backup and that of the new cluster's members. */
  #compareDigests(): void {
    const backup = /digest ([0-9a-f]{16})/.exec(this.#said.get("Back up") ?? "")?.[1];
    const restored = (this.#said.get("Restore into a new cluster") ?? "").matchAll(
      /^b\d .*?([0-9a-f]{16}) at/gm,
    );
    const digests = [...restored].map(([, digest]) => digest);
    if (digests.length < 3 || digests.some((digest) => digest !== backup)) {
      throw new CommandError(`the restored books (${digests.join()}) are not the backup's (${backup})`);
    }
  }

  async #openBetting(): Promise<Crowd> {
    const { entry, admin } = this.#machines;
    const bettors = Array.from({ length: BETTORS }, (_, at) => new Bettor(`bettor${at + 1}`, entry));
    for (const bettor of bettors) await bettor.signUp();
    return new Crowd(bettors, await openGame(entry, admin));
  }
}

async function openGame(entry: string, { name, password }: Machines["admin"]): Promise<number> {
  const admin = new Bettor(name, entry, password);
  const answer = await admin.ask(entry, "POST", "/api/games", {
    question: "Which node will it be?",
    category: "real",
    outcomes: ["One", "Two", "Three"],
  });
  admin.close();
  if (answer.status !== 201) throw new CommandError(`${name} cannot open a game: ${answer.text}`);
  return (answer.json as { id: number }).id;
}

function reportTable({ steps, bets, lost, doubled }: LifecycleReport): string {
  const rows = steps.map((step) => [
    `${step.heading} (${step.line})`,
    `${step.seconds.toFixed(1)} s`,
    String(step.acknowledged),
    String(step.repeated),
    `${Math.round(step.longestMs)} ms`,
  ]);
  const head = [
    "section of docs/operating.md (line)",
    "took",
    "bets",
    "repeated",
    "longest wait for an answer",
  ];
  return `\n${table([head, ...rows])}\n${bets} bets on every node, ${lost} lost, ${doubled} doubled\n`;
}
