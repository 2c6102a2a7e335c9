import type { Command } from "commander";
import { CommandFailure } from "../lib/command-failure.ts";
import { readCount, readUrl } from "../lib/readers.ts";
import type { Shell } from "../shell.ts";
import { type ClusterApi, type ClusterView, type OpenBackup, Refused } from "./api.ts";
import { clusterWords } from "./cluster-words.ts";
import { waitUntilReady } from "./wait-until-ready.ts";
import { writeBackup } from "./write-backup.ts";

export function clusterCommands(program: Command, shell: Shell): void {
  shell
    .online(program.command("status").description("who leads, who has what, and how much may fail"))
    .action(async (_, command) => {
      const { api, output } = shell.of(command);
      const view = await api.cluster();
      output.answer(view, clusterWords(view));
      // For scripts and probes: nothing can be written without a leader.
      if (view.leader === null) throw new CommandFailure("there is no leader");
    });

  shell
    .local(
      program
        .command("ready")
        .description("wait until a node can serve: it has what was committed, and hears from a leader")
        .argument("<address>", "of the node itself: the entry point does not say", readUrl)
        .option("--wait <seconds>", "how long at most", readCount, 120),
    )
    .action(async (address: URL, options: { readonly wait: number }, command) => {
      const { output } = shell.of(command);
      const waitedMs = await waitUntilReady(address, options.wait * 1000);
      output.answer({ ready: true, waitedMs }, `${address.host} is ready`);
    });

  shell
    .online(
      program
        .command("leader")
        .description("who leads")
        .command("transfer")
        .description("hand leadership to another voter, without an election time-out")
        .argument("[node]", "whom; without it, the voter that has the most of the log"),
    )
    .action(async (node: string | undefined, _, command) => {
      const { api, output } = shell.of(command);
      const successor = node ?? successorIn(await api.cluster());
      const view = await api.transferLeadership(successor);
      output.answer(view, `${successor} has been asked to lead\n\n${clusterWords(view)}`);
    });

  shell
    .online(
      program
        .command("raise-version")
        .description("make the book another version on every node, once the programs of all know it")
        .argument("<version>", "of the book; there is no way back", readCount),
    )
    .action(async (version: number, _, command) => {
      const { api, output } = shell.of(command);
      const view = await api.raiseVersion(version);
      output.answer(view, `the book is of version ${version} at least\n\n${clusterWords(view)}`);
    });

  shell
    .online(program.command("snapshot").description("have a node take a snapshot, which shortens its log"))
    .action(async (_, command) => {
      const { api, output } = shell.of(command);
      const taken = await api.takeSnapshot();
      output.answer(taken, `${taken.nodeId} has a snapshot up to entry ${taken.index}`);
    });

  shell
    .online(
      program
        .command("backup")
        .description("keep a snapshot of the running cluster in a file")
        .argument("<file>", "appears under this name once it is whole, checked and durable")
        .option("--latest", "what a node has by now, rather than a new snapshot"),
    )
    .action(async (file: string, options: { readonly latest?: true }, command) => {
      const { api, output } = shell.of(command);
      const wanted = options.latest === true ? 0 : (await api.takeSnapshot()).index;
      const { index, data } = await backupSince(api, wanted);
      const { bytes, stateBytes } = await writeBackup(data, file);
      output.answer(
        { file, index, bytes, stateBytes },
        `${file}: everything up to entry ${index}, ${bytes} bytes`,
      );
    });
}

/**
 * Behind an entry point another node may answer than the one that took the snapshot: each that has an older one, or none,
 * is asked for its own.
 */
async function backupSince(api: ClusterApi, index: number): Promise<OpenBackup> {
  for (let tried = 1; ; tried += 1) {
    const backup = await api.backup().catch((error: unknown) => {
      if (index > 0 && error instanceof Refused && error.code === "not_found") return undefined;
      throw error;
    });
    if (backup !== undefined && backup.index >= index) return backup;
    await backup?.data.cancel();
    if (tried === BACKUP_TRIES_MAX) {
      throw new CommandFailure(`no node that answered had a snapshot up to entry ${index}; try again`);
    }
    await api.takeSnapshot();
  }
}

/** More than there are nodes behind any entry point that deals requests out in turn. */
const BACKUP_TRIES_MAX = 30;

function successorIn({ leader, nodes }: ClusterView): string {
  const candidates = nodes
    .filter(({ nodeId, role, reachable }) => nodeId !== leader && role !== "learner" && reachable)
    .toSorted((a, b) => (b.lastIndex ?? 0) - (a.lastIndex ?? 0));
  const [best] = candidates;
  if (best === undefined) throw new CommandFailure("there is no other voter in reach");
  return best.nodeId;
}
