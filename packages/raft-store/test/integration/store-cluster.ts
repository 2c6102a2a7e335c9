import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RaftStore, type RaftStoreOptions } from "../../src/index.ts";
import { freeAddress, until } from "./cluster.ts";
import { Ledger } from "./ledger.ts";

export type LedgerCommand = { id: number; pad: string };
export type LedgerStore = RaftStore<LedgerCommand, number>;
type Options = Partial<RaftStoreOptions<LedgerCommand, number>>;

/** Nodes of one cluster in this process, over real sockets and files. */
export class StoreCluster {
  readonly stores = new Map<string, LedgerStore>();
  readonly ledgers = new Map<string, Ledger>();
  readonly warnings: string[] = [];
  readonly directory: string;
  readonly members: Record<string, string>;
  readonly #options: Options;

  private constructor(directory: string, members: Record<string, string>, options: Options) {
    this.directory = directory;
    this.members = members;
    this.#options = options;
  }

  static async make(ids: readonly string[], options: Options = {}): Promise<StoreCluster> {
    const members: Record<string, string> = {};
    for (const id of ids) members[id] = await freeAddress();
    return new StoreCluster(await mkdtemp(join(tmpdir(), "raft-store-")), members, options);
  }

  dataDir(id: string): string {
    return join(this.directory, id);
  }

  async start(id: string, options: Options = {}): Promise<LedgerStore> {
    const ledger = new Ledger();
    const store = await RaftStore.open<LedgerCommand, number>({
      clusterId: "test",
      nodeId: id,
      dataDir: this.dataDir(id),
      members: this.members,
      machine: ledger,
      segmentBytes: 64 << 10,
      ...this.#options,
      ...options,
    });
    store.on((event) => {
      if (event.type === "warning") this.warnings.push(`${id}: ${event.message}`);
    });
    this.stores.set(id, store);
    this.ledgers.set(id, ledger);
    return store;
  }

  async startAll(): Promise<void> {
    await Promise.all(Object.keys(this.members).map((id) => this.start(id)));
  }

  store(id: string): LedgerStore {
    const store = this.stores.get(id);
    if (store === undefined) throw new Error(`no store ${id}`);
    return store;
  }

  /** The store that leads, once it has committed something in its term. */
  async leader(): Promise<LedgerStore> {
    return await until(async () => {
      const store = [...this.stores.values()].find((each) => each.status().role === "leader");
      if (store === undefined) return undefined;
      try {
        await store.readBarrier({ timeoutMs: 1000 });
        return store;
      } catch {
        // It has lost its place meanwhile: look again.
        return undefined;
      }
    });
  }

  async write(from: number, to: number): Promise<void> {
    const leader = await this.leader();
    for (let id = from; id <= to; id++) await leader.submit({ id, pad: "" }, { timeoutMs: 10_000 });
  }

  async stop(id: string): Promise<void> {
    const store = this.stores.get(id);
    this.stores.delete(id);
    await store?.close();
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.stores.keys()].map((id) => this.stop(id)));
  }

  async end(): Promise<void> {
    await this.stopAll();
    await rm(this.directory, { recursive: true, force: true });
  }
}
