import { createReadStream } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { checkBook, decodeCommand, type Pricing, restoreBook } from "@quorumbook/betting-core";
import {
  type DataDirReport,
  readBackup,
  readLog,
  recoverLostMajority,
  restoreBackup,
  verifyDataDir,
} from "@quorumbook/raft-store";
import { CommandFailure, EXIT_DAMAGED } from "../lib/command-failure.ts";
import { money, table } from "../lib/output.ts";
import { readCount, readMembers } from "../lib/readers.ts";
import type { Shell } from "../shell.ts";
import { loadBook } from "./load-book.ts";
import { type Replayed, replayBook } from "./replay-book.ts";

const STRATEGIES = [
  "ratio/pre",
  "ratio/post",
  "cpmm",
  "lmsr",
  "tote",
] as const satisfies readonly Pricing["strategy"][];

export function dataCommands(program: Command, shell: Shell): void {
  shell
    .local(
      program
        .command("verify")
        .description("check the data of a stopped node, or a backup, to the last byte")
        .argument("<path>", "the node's data folder, or a copy of it, or a backup's file")
        .option("--backup", "it is a backup")
        .option("--no-book", "leave out whether the book in it agrees with itself"),
    )
    .action(async (path: string, options: { readonly backup?: true; readonly book: boolean }, command) => {
      const { output } = shell.of(command);
      if (options.backup === true) {
        const { clusterId, nodeId, index, data } = await readBackup(createReadStream(path));
        const book = await restoreBook(data);
        checkBook(book);
        output.answer(
          { sound: true, clusterId, nodeId, index, digest: book.digest() },
          `sound: cluster ${clusterId} as ${nodeId} had it, up to entry ${index}; digest ${book.digest()}`,
        );
        return;
      }
      const report = await verifyDataDir(path);
      if (!report.sound) {
        output.answer(report, damageWords(report));
        throw new CommandFailure(`${path} is damaged`, EXIT_DAMAGED);
      }
      if (!options.book || report.files.length === 0) {
        output.answer(report, soundWords(report));
        return;
      }
      output.progress("the files are sound; replaying the book …");
      const book = await loadBook(path);
      checkBook(book);
      const { accounts, games, bets } = book.totals();
      output.answer(
        { ...report, book: { index: book.index, digest: book.digest(), accounts, games, bets } },
        `${soundWords(report)}\nthe book agrees with itself at entry ${book.index}: ${accounts} accounts, ` +
          `${games} games, ${bets} bets; digest ${book.digest()}`,
      );
    });

  shell
    .local(
      program
        .command("restore")
        .description("make the data folder of a member of a new cluster from a backup")
        .argument("<file>", "the backup")
        .requiredOption("--data <folder>", "missing or empty")
        .requiredOption("--cluster <id>", "of the new cluster: another than the backup's")
        .requiredOption("--node <id>", "which member this folder is for")
        .requiredOption(
          "--members <list>",
          "all first members, the same on each: a=host:port,b=host:port,c=host:port",
          readMembers,
        )
        .addHelpText(
          "after",
          "\nRun it once for every member, with the same file and the same --members, before any of them is started.",
        ),
    )
    .action(
      async (
        file: string,
        options: {
          readonly data: string;
          readonly cluster: string;
          readonly node: string;
          readonly members: Record<string, string>;
        },
        command,
      ) => {
        const { output } = shell.of(command);
        const { data: dataDir, cluster: clusterId, node: nodeId, members } = options;
        const source = createReadStream(file);
        const restored = await restoreBackup({ source, dataDir, clusterId, nodeId, members });
        output.answer(
          { ...restored, dataDir, clusterId, nodeId },
          `${dataDir} is ${nodeId} of cluster ${clusterId}, with what cluster ${restored.from} had up to entry ` +
            `${restored.index}; epoch ${restored.epoch}, which must be the same on every member`,
        );
      },
    );

  shell
    .local(
      program
        .command("recover")
        .description("make the survivor of a lost majority a cluster again, by force")
        .requiredOption("--data <folder>", "of the survivor that has the most, whose process must not run")
        .requiredOption("--node <id>", "its id")
        .requiredOption(
          "--members <list>",
          "who are members from now on, usually the survivor alone: a=host:port",
          readMembers,
        )
        .option("--accept-data-loss", "what only the lost members had is gone, though it was acknowledged")
        .addHelpText(
          "after",
          "\nOnly where a majority will never come back with its data, and on one survivor only: the one with the largest" +
            "\nlast term, and of those the largest last index (verify tells both). docs/operating.md has the procedure.",
        ),
    )
    .action(
      async (
        options: {
          readonly data: string;
          readonly node: string;
          readonly members: Record<string, string>;
          readonly acceptDataLoss?: true;
        },
        command,
      ) => {
        const { output } = shell.of(command);
        const { data: dataDir, node: nodeId, members } = options;
        if (options.acceptDataLoss !== true) {
          throw new CommandFailure(
            "what only the lost members had is gone by this, though it may have been acknowledged: " +
              "say --accept-data-loss",
          );
        }
        const forced = await recoverLostMajority({ dataDir, nodeId, members, acceptDataLoss: true });
        output.answer(
          forced,
          `${nodeId} goes on from entry ${forced.index}, term ${forced.term}, as a cluster of its own (epoch ` +
            `${forced.epoch}); start it, then add members with empty folders`,
        );
      },
    );

  shell
    .local(
      program
        .command("log")
        .description("print the commands in the log of a stopped node")
        .argument("<folder>", "its data folder, or a copy of it")
        .option("--from <index>", "first entry", readCount, 1)
        .option("--to <index>", "last entry", readCount, Number.MAX_SAFE_INTEGER)
        .addHelpText(
          "after",
          "\nThe log has what followed the latest snapshot, and some before it. Its last entries may not have been committed.",
        ),
    )
    .action(async (folder: string, options: { readonly from: number; readonly to: number }, command) => {
      const { output } = shell.of(command);
      for await (const { index, term, at, type, data } of readLog(folder, { from: options.from })) {
        if (index > options.to) break;
        const time = new Date(at).toISOString();
        const what = type === "command" ? decodeCommand(data) : undefined;
        const words = what === undefined ? type : JSON.stringify(what);
        output.answer(
          { index, term, at: time, type, ...(what && { command: what }) },
          `${index} ${time} ${words}`,
        );
      }
    });

  shell
    .local(
      program
        .command("replay")
        .description("what if: the settled games of a stopped node once more, under another pricing")
        .argument("<folder>", "its data folder, or a copy of it")
        .option("--strategy <name>", STRATEGIES.join(", "), readStrategy)
        .option("--commission <basis points>", "the house's cut", readCount)
        .option("--margin <minor units>", "what the house risks on a game", readCount)
        .option("--virtual-stake <minor units>", "how deep a market opens", readCount)
        .addHelpText(
          "after",
          "\nThe same bets in the same order at the odds of the other pricing, up to what it takes. People might have bet" +
            "\notherwise; that nobody knows.",
        ),
    )
    .action(
      async (
        folder: string,
        options: {
          readonly strategy?: Pricing["strategy"];
          readonly commission?: number;
          readonly margin?: number;
          readonly virtualStake?: number;
        },
        command,
      ) => {
        const { output } = shell.of(command);
        const book = await loadBook(folder);
        const change = {
          ...(options.strategy !== undefined && { strategy: options.strategy }),
          ...(options.commission !== undefined && { commissionBp: options.commission }),
          ...(options.margin !== undefined && { margin: options.margin as Pricing["margin"] }),
          ...(options.virtualStake !== undefined && {
            virtualStake: options.virtualStake as Pricing["virtualStake"],
          }),
        };
        const result = replayBook(book, change);
        output.answer(result, whatIfWords(result.original, result.replayed));
      },
    );
}

function readStrategy(text: string): Pricing["strategy"] {
  const found = STRATEGIES.find((one) => one === text);
  if (found === undefined) throw new InvalidArgumentError(`It must be one of ${STRATEGIES.join(", ")}.`);
  return found;
}

function soundWords({ identity, snapshot, log, last, advice }: DataDirReport): string {
  const rows = [
    ["node", identity === undefined ? "none" : `${identity.nodeId} of cluster ${identity.clusterId}`],
    ["incarnation", identity?.incarnation ?? "–"],
    ["epoch", identity?.epoch || "–"],
    ["snapshot", snapshot === undefined ? "none" : `up to entry ${snapshot.index}, term ${snapshot.term}`],
    ["log", log === undefined ? "none" : `${log.entries} entries behind ${log.base.index}`],
    [
      "term and vote",
      log === undefined ? "–" : `${log.hardState.currentTerm}, ${log.hardState.votedFor ?? "none"}`,
    ],
    ["last entry", `${last.index}, term ${last.term}`],
  ];
  return `${table(rows)}\n${advice}`;
}

function damageWords({ damage, advice }: DataDirReport): string {
  const places = damage.map(({ file, offset, what }) => `${file}, offset ${offset}: ${what}`);
  return `${places.join("\n")}\n${advice}`;
}

function whatIfWords(original: Replayed, replayed: Replayed): string {
  const refused = Object.entries(replayed.bets.refused).map(([code, count]) => `${code} ${count}`);
  return table([
    ["", "as it was", "what if"],
    ["games", String(original.games), String(replayed.games)],
    ["bets", String(original.bets.taken), String(replayed.bets.taken)],
    ["refused", "", refused.join(", ") || "none"],
    ["staked", money(original.staked), money(replayed.staked)],
    ["house result", money(original.houseResult), money(replayed.houseResult)],
    ["worst game", money(-original.worstGameLoss), money(-replayed.worstGameLoss)],
  ]);
}
