import { useEffect, useState } from "preact/hooks";
import type { Cluster, ClusterNode, NodeFigures } from "@quorumbook/client";
import { cluster, commands, notices, session, streamState, watching } from "../client.ts";
import { formatCount, formatTenths } from "../format/number.ts";
import { formatClock } from "../format/time.ts";
import { CommitChart } from "../parts/commit-chart.tsx";
import { DemoActions, DemoPanel, useDemo } from "../parts/demo-panel.tsx";
import { Leadership } from "../parts/leadership.tsx";
import { AddLearnerForm, MemberActions } from "../parts/member-actions.tsx";
import { useTitle } from "../parts/use-title.ts";
import { problemText, strings } from "../strings.ts";

export function ClusterPage() {
  useTitle(strings.cluster.title);
  const [trouble, setTrouble] = useState("");
  const read = async (): Promise<void> => {
    const answer = await commands.cluster();
    setTrouble(answer.ok ? "" : problemText(answer.problem));
    if (answer.ok) cluster.put(answer.value, Date.now());
  };
  useEffect(() => {
    void read();
  }, []);
  const known = cluster.cluster.value;
  const role = session.user.value?.role;
  const isOperator = role === "operator" || role === "admin";
  const offered = useOffered(isOperator);
  useDemo(isOperator);
  useFigures(isOperator);
  const connection = streamState.value;
  return (
    <section class="page">
      <div class="page-head">
        <h1>{strings.cluster.title}</h1>
        <span class="button-row">
          {offered.has("/api/cluster/snapshot") && (
            <button type="button" class="button small" onClick={() => void takeSnapshot()}>
              {strings.cluster.snapshot}
            </button>
          )}
          <button type="button" class="button small" onClick={() => void read()}>
            {strings.refresh}
          </button>
        </span>
      </div>
      {trouble !== "" && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
      {connection.type === "live" && <p class="quiet">{strings.cluster.answeredBy(connection.nodeId)}</p>}
      {known ? (
        <Nodes known={known} mayChange={offered.has("/api/cluster/leader")} />
      ) : (
        <p class="quiet">{strings.cluster.loading}</p>
      )}
      {isOperator && <CommitChart />}
      {isOperator && <DemoPanel />}
      {offered.has("/api/cluster/learners") && <AddLearnerForm />}
      <Elections />
    </section>
  );
}

/** Has the servers push their figures for as long as the page is open. */
function useFigures(isOperator: boolean): void {
  useEffect(() => {
    if (!isOperator) return undefined;
    watching.cluster(true);
    return () => watching.cluster(false);
  }, [isOperator]);
}

const NOTHING: ReadonlySet<string> = new Set();

/** What operators may ask of the nodes: cluster operations differ between installations. */
function useOffered(isOperator: boolean): ReadonlySet<string> {
  const [offered, setOffered] = useState(NOTHING);
  useEffect(() => {
    if (isOperator) void commands.offeredPaths().then(setOffered);
  }, [isOperator]);
  return isOperator ? offered : NOTHING;
}

function Nodes({ known, mayChange }: { known: Cluster; mayChange: boolean }) {
  const agreement = agreementOf(known.nodes);
  const figures = cluster.figures.value?.nodes ?? [];
  return (
    <>
      <dl class="panel figures">
        <div>
          <dt>{strings.cluster.term}</dt>
          <dd class="figure">{known.term}</dd>
        </div>
        <div>
          <dt>{strings.cluster.leader}</dt>
          <dd class="figure">{known.leader ?? strings.cluster.noLeader}</dd>
        </div>
      </dl>
      {agreement && (
        <p class={agreement.same ? "agree" : "trouble"} role="status">
          {agreement.same
            ? strings.cluster.agree(agreement.index)
            : strings.cluster.disagree(agreement.index)}
        </p>
      )}
      <ul class="cards nodes">
        {known.nodes.map((node) => (
          <NodeCard
            key={node.nodeId}
            node={node}
            figures={figures.find(({ nodeId }) => nodeId === node.nodeId)}
            agreement={agreement}
            known={known}
            mayChange={mayChange}
          />
        ))}
      </ul>
    </>
  );
}

interface NodeCardProps {
  readonly node: ClusterNode;
  /** For operators alone. */
  readonly figures: NodeFigures | undefined;
  readonly agreement: Agreement | null;
  readonly known: Cluster;
  readonly mayChange: boolean;
}

function NodeCard({ node, figures, agreement, known, mayChange }: NodeCardProps) {
  const leads = node.nodeId === known.leader;
  const leaderIndex = known.nodes.find((candidate) => candidate.nodeId === known.leader)?.lastIndex ?? null;
  const behind =
    leaderIndex === null || node.appliedIndex == null ? null : Math.max(0, leaderIndex - node.appliedIndex);
  const facts: [string, string][] = [
    [strings.cluster.lastIndex, numberOf(node.lastIndex)],
    [strings.cluster.commitIndex, numberOf(node.commitIndex)],
    [strings.cluster.appliedIndex, numberOf(node.appliedIndex)],
    [strings.cluster.lag, lagOf(node.lagMs, behind)],
    ...(figures ? figuresOf(figures) : []),
  ];
  return (
    <li class={node.reachable ? "card node" : "card node down"} data-testid={`node-${node.nodeId}`}>
      <div class="card-head">
        <h2>{node.nodeId}</h2>
        <span class={`badge role-${node.role}`}>{strings.cluster.roles[node.role]}</span>
      </div>
      <p class={node.reachable ? "reachable" : "trouble"}>
        {node.reachable ? strings.cluster.reachable : strings.cluster.unreachable}
      </p>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>{strings.cluster.digest}</dt>
          <dd class={digestTone(node, agreement)} data-testid={`digest-${node.nodeId}`}>
            {node.digest && node.digest.index > 0
              ? `${node.digest.value.slice(0, 10)} ${strings.cluster.digestAt(node.digest.index)}`
              : "–"}
          </dd>
        </div>
      </dl>
      {mayChange && <MemberActions node={node} leads={leads} />}
      <DemoActions nodeId={node.nodeId} />
    </li>
  );
}

/** What operators see besides: how the node is doing. */
function figuresOf(figures: NodeFigures): [string, string][] {
  const words = strings.cluster;
  const { commitMs, heardAgoMs } = figures;
  return [
    [words.queue, numberOf(figures.queue)],
    [words.sockets, numberOf(figures.sockets)],
    [words.snapshotIndex, figures.snapshotIndex === 0 ? words.noSnapshot : numberOf(figures.snapshotIndex)],
    [words.heard, heardAgoMs === null ? "–" : words.ago(heardAgoMs)],
    [
      words.commit,
      commitMs === null ? "–" : words.commitMs(formatTenths(commitMs.p50), formatTenths(commitMs.p99)),
    ],
    [words.version, figures.version ?? "–"],
  ];
}

/** Green where it is the one that the others have at that entry, red where it is another. */
function digestTone({ digest }: ClusterNode, agreement: Agreement | null): string {
  if (digest === null || digest.index !== agreement?.index) return "";
  return agreement.same ? "gain" : "loss";
}

function Elections() {
  const seen = cluster.elections.value;
  if (seen.length === 0) return null;
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{strings.cluster.elections}</h2>
      </div>
      <Leadership />
      <ol class="timeline">
        {seen.map((election) => (
          <li key={`${election.at} ${election.term} ${election.leader ?? ""}`}>
            <time>{formatClock(election.at)}</time> {strings.cluster.term} {election.term}:{" "}
            <strong>{election.leader ?? strings.cluster.noLeader}</strong>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface Agreement {
  readonly index: number;
  readonly same: boolean;
}

/** Whether the nodes that tell a digest of the same, newest common entry tell the same one; null where none do. */
function agreementOf(nodes: readonly ClusterNode[]): Agreement | null {
  const digests = nodes.flatMap((node) => (node.digest ? [node.digest] : []));
  const common = digests
    .map((digest) => digest.index)
    // At 0 there is nothing yet to agree on.
    .filter((index) => index > 0 && digests.filter((digest) => digest.index === index).length > 1);
  if (common.length === 0) return null;
  const index = Math.max(...common);
  const values = digests.filter((digest) => digest.index === index).map((digest) => digest.value);
  return { index, same: new Set(values).size === 1 };
}

function numberOf(value: number | null | undefined): string {
  return value == null ? "–" : formatCount(value);
}

function lagOf(milliseconds: number | null | undefined, behind: number | null): string {
  const parts = [
    ...(behind === null ? [] : [strings.cluster.entries(behind, formatCount(behind))]),
    ...(milliseconds == null ? [] : [strings.cluster.milliseconds(formatCount(Math.round(milliseconds)))]),
  ];
  return parts.length === 0 ? "–" : parts.join(" · ");
}

async function takeSnapshot(): Promise<void> {
  const answer = await commands.takeSnapshot();
  if (answer.ok) notices.show("good", strings.cluster.snapshotTaken);
  else notices.show("bad", problemText(answer.problem));
}
