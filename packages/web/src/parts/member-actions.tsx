import { useSignal } from "@preact/signals";
import type { Answer, Cluster, ClusterNode } from "@quorumbook/client";
import { cluster, commands, notices } from "../client.ts";
import { formText } from "../format/form-text.ts";
import { problemText, strings } from "../strings.ts";
import { Dialog } from "./dialog.tsx";

/** What operators may do with a member: hand it the lead, give it a vote, take it out. */
export function MemberActions({ node, leads }: { node: ClusterNode; leads: boolean }) {
  const asking = useSignal(false);
  const words = strings.cluster;
  const close = (): void => {
    asking.value = false;
  };
  return (
    <p class="button-row">
      {!leads && node.role === "follower" && node.reachable && (
        <button type="button" class="button small" onClick={() => void transfer(node.nodeId)}>
          {words.transfer}
        </button>
      )}
      {node.role === "learner" && (
        <button
          type="button"
          class="button small"
          onClick={() => void change(commands.promoteMember(node.nodeId), words.promoted(node.nodeId))}
        >
          {words.promote}
        </button>
      )}
      <button
        type="button"
        class="button small danger"
        onClick={() => {
          asking.value = true;
        }}
      >
        {words.remove}
      </button>
      {asking.value && (
        <Dialog title={words.removeTitle(node.nodeId)} onClose={close}>
          <p>{words.removeHint}</p>
          <p class="button-row">
            <button
              type="button"
              class="button danger"
              onClick={() => {
                close();
                void change(commands.removeMember(node.nodeId), words.removed(node.nodeId));
              }}
            >
              {words.remove}
            </button>
            <button type="button" class="button" onClick={close}>
              {strings.admin.cancel}
            </button>
          </p>
        </Dialog>
      )}
    </p>
  );
}

/** A node that was started to join is added here, without a vote at first. */
export function AddLearnerForm() {
  const trouble = useSignal("");
  const words = strings.cluster;
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const target = event.currentTarget as HTMLFormElement;
    const form = new FormData(target);
    const nodeId = formText(form, "nodeId").trim();
    const problem = await change(
      commands.addLearner(nodeId, formText(form, "address").trim()),
      words.added(nodeId),
    );
    trouble.value = problem ?? "";
    if (problem === null) target.reset();
  };
  return (
    <details class="panel">
      <summary>
        <h2>{words.addLearner}</h2>
      </summary>
      <form class="form" onSubmit={(event) => void submit(event)}>
        <p class="hint">{words.addHint}</p>
        <div class="form-pair">
          <label>
            <span>{words.nodeId}</span>
            <input name="nodeId" required maxLength={63} autocomplete="off" />
          </label>
          <label>
            <span>{words.address}</span>
            <input name="address" required placeholder={words.addressHint} autocomplete="off" />
          </label>
        </div>
        <p class="trouble" role="alert">
          {trouble.value}
        </p>
        <button type="submit" class="button">
          {words.add}
        </button>
      </form>
    </details>
  );
}

async function transfer(nodeId: string): Promise<void> {
  const answer = await commands.transferLeadership(nodeId);
  if (answer.ok) notices.show("good", strings.cluster.transferred(nodeId));
  else notices.show("bad", problemText(answer.problem));
}

/** @returns what went wrong, or null */
async function change(pending: Promise<Answer<Cluster>>, done: string): Promise<string | null> {
  const answer = await pending;
  if (!answer.ok) {
    notices.show("bad", problemText(answer.problem));
    return problemText(answer.problem);
  }
  cluster.put(answer.value, Date.now());
  notices.show("good", done);
  return null;
}
