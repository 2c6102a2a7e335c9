// The cluster as last told, and the elections that this page has seen.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Cluster } from "@quorumbook/client";

export interface Election {
  /** Local milliseconds. */
  readonly at: number;
  readonly term: number;
  /** Null while there is none. */
  readonly leader: string | null;
}

/** Enough for a demonstration's worth of elections. */
const ELECTIONS_MAX = 50;

export class ClusterStore {
  readonly #cluster = signal<Cluster | null>(null);
  readonly #elections = signal<readonly Election[]>([]);
  readonly cluster: ReadonlySignal<Cluster | null> = this.#cluster;
  /** Newest first. */
  readonly elections: ReadonlySignal<readonly Election[]> = this.#elections;

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
