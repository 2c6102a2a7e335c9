// The cluster as last told, and the elections that this page has seen.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Cluster, ClusterFigures } from "@quorumbook/client";

export interface Election {
  /** Local milliseconds. */
  readonly at: number;
  readonly term: number;
  /** Null while there is none. */
  readonly leader: string | null;
}

/** How long commits took in a second, over all nodes; null where there were none. */
export interface CommitPoint {
  /** Local milliseconds. */
  readonly at: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly count: number;
}

/** Three minutes at one a second. */
const POINTS_MAX = 180;
/** Enough for a demonstration's worth of elections. */
const ELECTIONS_MAX = 50;

export class ClusterStore {
  readonly #cluster = signal<Cluster | null>(null);
  readonly #elections = signal<readonly Election[]>([]);
  readonly #figures = signal<ClusterFigures | null>(null);
  readonly #commits = signal<readonly CommitPoint[]>([]);
  readonly cluster: ReadonlySignal<Cluster | null> = this.#cluster;
  /** Null for everybody but operators who watch. */
  readonly figures: ReadonlySignal<ClusterFigures | null> = this.#figures;
  /** Oldest first, one a second while the page watches. */
  readonly commits: ReadonlySignal<readonly CommitPoint[]> = this.#commits;
  /** Newest first. */
  readonly elections: ReadonlySignal<readonly Election[]> = this.#elections;

  /** Takes the figures of one second. */
  putFigures(figures: ClusterFigures, at: number): void {
    this.#figures.value = figures;
    const { p50 = null, p99 = null, count = 0 } = figures.commitMs ?? {};
    this.#commits.value = [...this.#commits.peek(), { at, p50, p99, count }].slice(-POINTS_MAX);
  }

  put(cluster: Cluster, at: number): void {
    const before = this.#cluster.peek();
    // Nodes tell what they know; one that is behind may still name an older term.
    if (before && cluster.term < before.term) return;
    this.#cluster.value = cluster;
    if (before?.term === cluster.term && before.leader === cluster.leader) return;
    const election = { at, term: cluster.term, leader: cluster.leader };
    this.#elections.value = [election, ...this.#elections.value].slice(0, ELECTIONS_MAX);
  }
}
