import type { Command } from "commander";
import { readCount } from "../lib/readers.ts";
import type { Shell } from "../shell.ts";
import { clusterWords } from "./cluster-words.ts";
import { promoteWhenCaughtUp } from "./wait-until-caught-up.ts";

/** How long a learner may take to catch up before its promotion is given up, in seconds. */
const CATCH_UP_S = "600";

export function membersCommands(program: Command, shell: Shell): void {
  const members = program.command("members").description("who belongs to the cluster");

  shell.online(members.command("list").description("the members (as status)")).action(async (_, command) => {
    const { api, output } = shell.of(command);
    const view = await api.cluster();
    output.answer(view, clusterWords(view));
  });

  shell
    .online(
      members
        .command("add")
        .description("let a node in as a learner: it gets the log and has no vote")
        .argument("<node>", "its id")
        .argument("<address>", "where its Raft transport listens, host:port")
        .addHelpText(
          "after",
          "\nStart its process first, with QUORUMBOOK_JOIN=1, an empty directory and an id that was never used.",
        ),
    )
    .action(async (nodeId: string, address: string, _, command) => {
      const { api, output } = shell.of(command);
      const view = await api.addLearner(nodeId, address);
      output.answer(view, `${nodeId} is a learner now\n\n${clusterWords(view)}`);
    });

  shell
    .online(
      members
        .command("promote")
        .description("give a learner its vote, as soon as it has the log")
        .argument("<node>", "its id")
        .option("--wait <seconds>", "how long it may take to catch up", readCount, Number(CATCH_UP_S)),
    )
    .action(async (nodeId: string, options: { readonly wait: number }, command) => {
      const { api, output } = shell.of(command);
      const view = await promoteWhenCaughtUp(api, nodeId, options.wait * 1000, output.progress);
      output.answer(view, `${nodeId} has a vote now\n\n${clusterWords(view)}`);
    });

  shell
    .online(
      members
        .command("remove")
        .description("take a member out, be it the leader; end its process afterwards")
        .argument("<node>", "its id"),
    )
    .action(async (nodeId: string, _, command) => {
      const { api, output } = shell.of(command);
      const view = await api.remove(nodeId);
      output.answer(view, `${nodeId} is no member any more: end its process\n\n${clusterWords(view)}`);
    });

  shell
    .online(
      members
        .command("replace")
        .description("add, promote and only then remove: at no moment are there fewer voters than before")
        .argument("<old>", "the member to be taken out, dead or alive")
        .argument("<new>", "id of the one in its place, whose process runs with QUORUMBOOK_JOIN=1")
        .argument("<address>", "where its Raft transport listens, host:port")
        .option("--wait <seconds>", "how long it may take to catch up", readCount, Number(CATCH_UP_S)),
    )
    .action(
      async (
        old: string,
        nodeId: string,
        address: string,
        options: { readonly wait: number },
        command: Command,
      ) => {
        const { api, output } = shell.of(command);
        // A second try goes on where the first one was broken off.
        const { nodes } = await api.cluster();
        const present = nodes.find((node) => node.nodeId === nodeId);
        if (present === undefined) {
          await api.addLearner(nodeId, address);
          output.progress(`${nodeId} is a learner`);
        }
        if (present === undefined || present.role === "learner" || present.role === "unknown") {
          await promoteWhenCaughtUp(api, nodeId, options.wait * 1000, output.progress);
          output.progress(`${nodeId} has a vote`);
        }
        const view = nodes.some((node) => node.nodeId === old) ? await api.remove(old) : await api.cluster();
        output.answer(
          view,
          `${nodeId} is in the place of ${old}: end ${old}'s process\n\n${clusterWords(view)}`,
        );
      },
    );
}
