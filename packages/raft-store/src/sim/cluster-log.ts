// The one log that all nodes of a run must agree on, put together from what each of them holds and applies.

export class AgreementViolation extends Error {}

interface KnownEntry {
  readonly fingerprint: string;
  /** The term of the entry before it. */
  readonly prevTerm: number;
}

/**
 * Remembers every entry ever seen in any log, by (index, term), and every entry ever applied, by index, over all
 * crashes. Each is compared when it is seen again, so that one pass over what changed is enough to hold Log
 * Matching and State Machine Safety over the whole run.
 */
export class ClusterLog {
  readonly #entries = new Map<string, KnownEntry>();
  readonly #applied: {
    readonly term: number;
    readonly fingerprint: string;
    /** The term of the leader that committed it, which may be later than the entry's. */
    readonly committedIn: number;
  }[] = [];
  readonly #leaders = new Map<number, string>();
  /** By term, who voted for whom. */
  readonly #given = new Map<number, Map<string, string>>();
  readonly #votes = new Map<string, { term: number; votedFor: string | null }>();

  /** The highest index applied anywhere. */
  get appliedIndex(): number {
    return this.#applied.length;
  }

  /**
   * Log Matching (§5.3): an index and a term name one entry, and one entry before it.
   *
   * @param fingerprint of the entry's content
   */
  held(node: string, index: number, term: number, prevTerm: number, fingerprint: string): void {
    const key = `${index}/${term}`;
    const known = this.#entries.get(key);
    if (known === undefined) {
      this.#entries.set(key, { fingerprint, prevTerm });
    } else if (known.fingerprint !== fingerprint || known.prevTerm !== prevTerm) {
      throw new AgreementViolation(
        `Log Matching: ${node} holds another entry at index ${index} of term ${term}, ` +
          `or another before it (term ${prevTerm}, elsewhere ${known.prevTerm})`,
      );
    }
  }

  /**
   * State Machine Safety (§5.4.3): no two nodes apply different entries at one index; each in order.
   *
   * @param currentTerm the node's; of the first to know it is committed, the term of the leader that committed it
   */
  applied(node: string, index: number, term: number, fingerprint: string, currentTerm: number): void {
    const known = this.#applied[index - 1];
    if (known === undefined) {
      if (index !== this.#applied.length + 1) {
        throw new AgreementViolation(`${node} applied ${index} though nobody applied ${index - 1}`);
      }
      this.#applied.push({ term, fingerprint, committedIn: currentTerm });
    } else if (known.term !== term || known.fingerprint !== fingerprint) {
      throw new AgreementViolation(
        `State Machine Safety: ${node} applied an entry of term ${term} at index ${index}, ` +
          `elsewhere one of term ${known.term} was applied`,
      );
    }
  }

  /** Election Safety (§5.2): a term has at most one leader. */
  leads(node: string, term: number): void {
    const known = this.#leaders.get(term);
    if (known !== undefined && known !== node) {
      throw new AgreementViolation(`Election Safety: ${known} and ${node} both lead term ${term}`);
    }
    this.#leaders.set(term, node);
  }

  /**
   * Leader Completeness (§5.4): an entry committed in one term is in the log of the leader of every later term.
   * A leader need not hold what a leader of a later term has committed before it was so much as elected: it will
   * find out, and follow.
   *
   * @param firstIndex where the leader's log begins; what is before lies in its snapshot
   * @param termAt the term of the leader's entry at an index, undefined where it has none
   */
  leaderHolds(
    node: string,
    term: number,
    firstIndex: number,
    termAt: (index: number) => number | undefined,
  ): void {
    for (let index = firstIndex; index <= this.#applied.length; index++) {
      const committed = this.#applied[index - 1];
      if (committed === undefined || committed.committedIn >= term) return;
      if (termAt(index) !== committed.term) {
        throw new AgreementViolation(
          `Leader Completeness: ${node}, leader of term ${term}, lacks the entry of term ${committed.term} ` +
            `committed at index ${index} (it has term ${termAt(index) ?? "none"} there)`,
        );
      }
    }
  }

  /** The machines' states by index: after the same commands, the same state, whatever snapshots came in between. */
  readonly #states: (number | undefined)[] = [];

  /** @throws AgreementViolation if another machine, or this one before, had another state there */
  reached(node: string, index: number, state: number): void {
    const known = this.#states[index];
    if (known === undefined) this.#states[index] = state;
    else if (known !== state)
      throw new AgreementViolation(`${node} is in another state than others after ${index}`);
  }

  /** §5.2: whoever leads a term was given the votes of a majority, in that term. */
  elected(node: string, term: number, voters: readonly string[]): void {
    const given = this.#given.get(term);
    const votes = voters.filter((voter) => voter === node || given?.get(voter) === node).length;
    if (votes * 2 > voters.length) return;
    throw new AgreementViolation(
      `${node} leads term ${term}, in which ${votes} of ${voters.length} voted for it`,
    );
  }

  /** The node's disk is empty: it may say what it has said before. */
  forget(node: string): void {
    this.#votes.delete(node);
  }

  /** §5.1, §5.2: a node's term never goes back, and it gives one vote a term, over all its crashes. */
  hardState(node: string, term: number, votedFor: string | null): void {
    const before = this.#votes.get(node);
    if (before !== undefined) {
      if (term < before.term) {
        throw new AgreementViolation(`${node} went back from term ${before.term} to ${term}`);
      }
      if (term === before.term && before.votedFor !== null && votedFor !== before.votedFor) {
        throw new AgreementViolation(
          `${node} voted for ${before.votedFor} and then ${votedFor ?? "forgot it"} in term ${term}`,
        );
      }
    }
    this.#votes.set(node, { term, votedFor });
    if (votedFor === null) return;
    const given = this.#given.get(term);
    if (given === undefined) this.#given.set(term, new Map([[node, votedFor]]));
    else given.set(node, votedFor);
  }
}
