import { pack, unpack } from "msgpackr";
import { type ResolvedTuning, resolveTuning } from "./config.ts";
import { CommandsAhead } from "./commands-ahead.ts";
import { configuration, NO_MEMBERS } from "./core/configuration.ts";
import type { Entry } from "./core/entry.ts";
import type { Backup } from "./driver/backup.ts";
import type { RaftListener } from "./driver/raft-events.ts";
import { type DataDirectory, openDataDirectory } from "./driver/recover.ts";
import { RaftError, type RaftErrorCode } from "./errors.ts";
import { nodeRuntime } from "./node-runtime.ts";
import { RaftNode } from "./raft-node.ts";
import type { RaftStoreOptions } from "./raft-store-options.ts";
import { checkedVersion, resolveMachineVersions } from "./machine-version-options.ts";
import type { CommandCodec } from "./state-machine.ts";
import type { DirectoryLock } from "./storage/file-system.ts";
import { nodeFileSystem } from "./storage/node-file-system.ts";
import type { StoreStatus } from "./store-status.ts";
import type { AdministrationRequest } from "./transport/administration-messages.ts";
import { parseAddress } from "./transport/tcp-options.ts";
import type { TlsCredentials } from "./transport/tcp-link.ts";
import { TcpTransport } from "./transport/tcp-transport.ts";
import { logIndex, type LogIndex, nodeId, type NodeId, type Term, type UnixMillis } from "./units.ts";

/** A command that is committed, and applied on this node. */
export interface SubmitResult<Result> {
  readonly index: LogIndex;
  readonly term: Term;
  readonly at: UnixMillis;
  readonly result: Result;
}

/** For how long to wait, in milliseconds; `RaftTuning.timeoutMs` unless given. */
export interface WaitOptions {
  readonly timeoutMs?: number;
}

/**
 * A state machine replicated to a few processes, in this one.
 *
 * @example
 * const store = await RaftStore.open({ clusterId, nodeId: "a", dataDir, members, machine });
 * const { result } = await store.submit({ type: "increment" });
 */
export class RaftStore<Command, Result> {
  readonly #nodeId: NodeId;
  readonly #node: RaftNode;
  readonly #codec: CommandCodec<Command>;
  readonly #lock: DirectoryLock;
  readonly #transport: TcpTransport;
  readonly #timeoutMs: number;
  readonly #commandBytesMax: number;

  private constructor(
    id: NodeId,
    node: RaftNode,
    codec: CommandCodec<Command>,
    owned: { readonly lock: DirectoryLock; readonly transport: TcpTransport },
    limits: { readonly timeoutMs: number; readonly commandBytesMax: number },
  ) {
    this.#nodeId = id;
    this.#node = node;
    this.#codec = codec;
    this.#lock = owned.lock;
    this.#transport = owned.transport;
    this.#timeoutMs = limits.timeoutMs;
    this.#commandBytesMax = limits.commandBytesMax;
  }

  /**
   * Opens the node's data, restores the machine from its last snapshot, and joins the cluster. On return the node takes part;
   * it may not have heard of a leader yet, nor have applied what it missed (`status().ready`).
   *
   * @throws RaftError `RAFT_CONFIG_INVALID`, `RAFT_STORAGE_CORRUPT`, `RAFT_STORAGE_FAILED`
   */
  static async open<Command, Result>(
    options: RaftStoreOptions<Command, Result>,
  ): Promise<RaftStore<Command, Result>> {
    const tuning = resolveTuning(options);
    const id = checkedId(options.nodeId);
    const named = configuration(
      Object.entries(options.members).map(([member, address]) => ({
        nodeId: checkedId(member),
        address,
        voter: true,
      })),
    );
    const machineVersions = resolveMachineVersions(options.machineVersions);
    const joins = options.join === true;
    const bootstrap = joins ? NO_MEMBERS : named;
    const listen = options.members[id];
    if (listen === undefined)
      throw new RaftError("RAFT_CONFIG_INVALID", `node ${id} is not among the members`);
    const codec = options.codec ?? messagePack<Command>();
    const ahead = new CommandsAhead(codec);
    await nodeFileSystem.makeDirectory(options.dataDir);
    const lock = await lockOf(options.dataDir);
    let node: RaftNode | undefined;
    let data: DataDirectory | undefined;
    try {
      data = await openDataDirectory({
        fileSystem: nodeFileSystem,
        directory: options.dataDir,
        random: nodeRuntime.random,
        clusterId: options.clusterId,
        nodeId: id,
        bootstrap,
        segmentBytes: tuning.segmentBytes,
      });
      const { machine, clusterId, secret, tls } = options;
      const { incarnation, epoch } = data.identity;
      const transport = new TcpTransport(
        {
          clusterId,
          nodeId: id,
          incarnation,
          epoch,
          listen,
          frameBytesMax: frameBytesMax(tuning),
          ...(secret !== undefined && { secret }),
          ...(tls !== undefined && { tls }),
        },
        nodeRuntime,
      );
      node = new RaftNode({
        nodeId: id,
        bootstrap,
        ...(joins && {
          contacts: new Map(named.members.map((member) => [member.nodeId, member.address])),
        }),
        runtime: nodeRuntime,
        fileSystem: nodeFileSystem,
        directory: options.dataDir,
        data,
        transport,
        machine: {
          apply: (entry, version) => {
            const { index, term, at } = entry;
            return machine.apply({ index, term, at, command: ahead.take(entry), version });
          },
          ...(machine.expect !== undefined && {
            expect: (entries: readonly Entry[]) => machine.expect?.(ahead.decode(entries)),
          }),
          snapshot: () => machine.snapshot(),
          restore: (chunks) => machine.restore(chunks),
          onVersion: (version) => machine.onVersion?.(version),
          ...(machine.digest !== undefined && { stateDigest: machine.digest.bind(machine) }),
        },
        machineVersions,
        tuning,
      });
      await node.start();
      return new RaftStore(id, node, codec, { lock, transport }, tuning);
    } catch (error) {
      if (node === undefined) await data?.log.close();
      else await node.close();
      await lock.release();
      throw error;
    }
  }

  /**
   * Replicates a command. Resolves once it is on the disks of a majority and applied here, with what the machine said.
   * Any node takes it; a follower hands it to the leader.
   *
   * @throws RaftError with `retry: "safe"` if nothing was appended (`RAFT_NO_LEADER`, `RAFT_OVERLOADED`, `RAFT_TIMEOUT`,
   *   `RAFT_SHUTDOWN`), or `RAFT_OUTCOME_UNKNOWN`
   */
  submit(command: Command, options: WaitOptions = {}): Promise<SubmitResult<Result>> {
    return new Promise((resolve, reject) => {
      const data = this.#codec.encode(command);
      if (data.length > this.#commandBytesMax) {
        throw new RangeError(
          `a command of ${data.length} bytes is longer than the ${this.#commandBytesMax} allowed`,
        );
      }
      this.#node.submit(data, options.timeoutMs ?? this.#timeoutMs, {
        applied: ({ index, term, at }, result) => resolve({ index, term, at, result: result as Result }),
        failed: reject,
      });
    });
  }

  /**
   * A linearizable read point: on return this node has applied every command that was acknowledged, by any node, before the
   * call (ReadIndex, thesis §6.4). A read of the machine afterwards sees them.
   */
  readBarrier(options: WaitOptions = {}): Promise<LogIndex> {
    return this.#node.readBarrier(options.timeoutMs ?? this.#timeoutMs);
  }

  /** Resolves once this node has applied the entry at `index`: for a client to read what it wrote through another node. */
  async appliedAtLeast(index: number, options: WaitOptions = {}): Promise<void> {
    await this.#node.appliedAtLeast(logIndex(index), options.timeoutMs ?? this.#timeoutMs);
  }

  /**
   * Adds a member that receives the log and has no vote; it must have been started with `join`. From any node. Resolves
   * once the change is committed, with its index.
   *
   * @param address where its transport listens, `host:port`
   * @throws RaftError `RAFT_MEMBERSHIP_INVALID` if it is a member already; `RAFT_CONFIG_IN_PROGRESS`, `RAFT_TRANSFERRING`,
   *   `RAFT_NOT_LEADER`, `RAFT_NO_LEADER`, `RAFT_TIMEOUT` (nothing has changed); `RAFT_OUTCOME_UNKNOWN`
   */
  async addLearner(member: string, address: string, options: WaitOptions = {}): Promise<LogIndex> {
    try {
      parseAddress(address);
    } catch (cause) {
      throw new RaftError("RAFT_MEMBERSHIP_INVALID", (cause as Error).message, { cause });
    }
    return this.#administer({ type: "add-learner", nodeId: memberId(member), address }, options);
  }

  /**
   * Gives a learner its vote. From any node; resolves once that is committed.
   *
   * @throws RaftError as `addLearner`; `RAFT_NOT_CAUGHT_UP` while it lacks too much of the log
   */
  async promote(member: string, options: WaitOptions = {}): Promise<LogIndex> {
    return this.#administer({ type: "promote", nodeId: memberId(member) }, options);
  }

  /**
   * Takes a member out, be it the leader. From any node; resolves once that is committed. The member's process goes on,
   * not `ready` any more, until somebody ends it; its id must not be used again for other data.
   *
   * @throws RaftError as `addLearner`
   */
  async removeMember(member: string, options: WaitOptions = {}): Promise<LogIndex> {
    return this.#administer({ type: "remove", nodeId: memberId(member) }, options);
  }

  /**
   * Has another voter lead: the one named, or the one with the most of the log. From any node; resolves once the old
   * leader follows it. Asked for the one that leads, it does nothing.
   *
   * @throws RaftError `RAFT_MEMBERSHIP_INVALID` if it is no voter; `RAFT_TRANSFER_FAILED` if it did not take over within an
   *   election time-out; `RAFT_TRANSFERRING`; as `addLearner` otherwise
   */
  async transferLeadership(member?: string, options: WaitOptions = {}): Promise<void> {
    const to = member === undefined ? {} : { to: memberId(member) };
    await this.#administer({ type: "transfer", ...to }, options);
  }

  /**
   * Makes the machine another version at one place of the log, the same for every replica; resolves once this is
   * committed. From any node. Refused until every member, learners included, runs a program that knows the version:
   * replace the programs one by one first, then raise. A version that is in force already, or was, changes nothing.
   *
   * @throws RaftError `RAFT_VERSION_UNSUPPORTED`; as `addLearner` otherwise
   */
  async raiseMachineVersion(version: number, options: WaitOptions = {}): Promise<LogIndex> {
    return this.#administer({ type: "raise-version", version: checkedVersion(version) }, options);
  }

  /**
   * Takes a snapshot of this node's machine now. Resolves once it is durable, with the index that it includes: at least
   * what was applied at the call.
   */
  takeSnapshot(): Promise<LogIndex> {
    return this.#node.takeSnapshot();
  }

  /** What this node would stamp on an entry at this moment, if it led: see `clockSkewMsMax`. Milliseconds since 1970. */
  now(): UnixMillis {
    return this.#node.now();
  }

  /** This node's latest snapshot as a stream of bytes, for keeping elsewhere; undefined if there is none yet. */
  backup(): Promise<Backup | undefined> {
    return this.#node.backup();
  }

  /**
   * Uses these certificates for every connection made from now on: for renewing them before they expire. Connections that
   * are open go on.
   *
   * @throws RaftError `RAFT_CONFIG_INVALID` if they are not this node's, or the store was opened without `tls`; those in
   *   use stay
   */
  reloadTls(credentials: TlsCredentials): void {
    this.#transport.reloadTls(credentials);
  }

  /** How this node sees itself and the others, as of now. */
  status(): StoreStatus {
    const {
      role,
      term,
      leader,
      lastIndex,
      commitIndex,
      appliedIndex,
      snapshotIndex,
      ready,
      members,
      ...rest
    } = this.#node.status();
    return {
      nodeId: this.#nodeId,
      role,
      term,
      leader,
      lastIndex,
      commitIndex,
      appliedIndex,
      snapshotIndex,
      ready,
      machineVersion: rest.machineVersion,
      unknownMessages: rest.unknownMessages,
      clockOffsetMs: rest.clockOffsetMs,
      members: members.map(({ nodeId: id, address, voter, reachable, matchIndex, lagMs }) => ({
        nodeId: id,
        address,
        voter,
        reachable,
        ...(matchIndex !== undefined && { matchIndex }),
        ...(lagMs !== undefined && { lagMs }),
      })),
    };
  }

  #administer(wish: AdministrationRequest, { timeoutMs }: WaitOptions): Promise<LogIndex> {
    return this.#node.administer(wish, timeoutMs ?? this.#timeoutMs);
  }

  /** Calls the listener with every event from now on; the result ends that. */
  on(listener: RaftListener): () => void {
    return this.#node.on(listener);
  }

  /** Stops taking commands, lets those in flight finish, and leaves; with `transfer`, hands leadership on first. */
  async close(options: { readonly transfer?: boolean } = {}): Promise<void> {
    await this.#node.close(options);
    await this.#lock.release();
  }
}

function messagePack<Command>(): CommandCodec<Command> {
  return { encode: (command) => pack(command), decode: (bytes) => unpack(bytes) as Command };
}

/** A frame carries at most all that a process may have in flight, or a batch of entries and one more. */
function frameBytesMax({ inFlightBytesMax, appendBytesMax, commandBytesMax }: ResolvedTuning): number {
  return inFlightBytesMax + appendBytesMax + commandBytesMax;
}

async function lockOf(dataDir: string): Promise<DirectoryLock> {
  try {
    return await nodeFileSystem.lock(dataDir);
  } catch (cause) {
    throw new RaftError("RAFT_CONFIG_INVALID", (cause as Error).message, { cause });
  }
}

function checkedId(id: string, code: RaftErrorCode = "RAFT_CONFIG_INVALID"): NodeId {
  try {
    return nodeId(id);
  } catch (cause) {
    throw new RaftError(code, (cause as Error).message, { cause });
  }
}

function memberId(id: string): NodeId {
  return checkedId(id, "RAFT_MEMBERSHIP_INVALID");
}
