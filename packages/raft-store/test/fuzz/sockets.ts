// A live cluster under load, whose every connection runs through a network that damages what it carries, and whose ports
// are talked to by strangers. Nothing may be lost, nobody may end, and memory stays within bounds.
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { below, type Random, seededRandom } from "../../src/core/random.ts";
import { RaftError, RaftStore } from "../../src/index.ts";
import { chance, derivedSeed } from "../../src/sim/chance.ts";
import { encodeFrameHeader } from "../../src/frame.ts";
import { FrameKind } from "../../src/transport/framed-socket.ts";
import { encodeHandshake, PROTOCOL_VERSION, PROTOCOL_VERSION_MIN } from "../../src/transport/handshake.ts";
import { freeAddress } from "../integration/cluster.ts";
import { Ledger } from "../integration/ledger.ts";
import { DamagingNetwork } from "./damaging-network.ts";
import { damaged, randomBytes } from "./mutations.ts";

const IDS = ["a", "b", "c"] as const;
const STRANGERS_AT_ONCE = 48;
/** A write is in the memory of three nodes, and in the books of this program. */
const BYTES_A_WRITE_MAX = 6 << 10;
const GROWTH_BYTES_MAX = 48 << 20;

export interface SocketTally {
  strangers: number;
  piecesDamaged: number;
  acknowledged: number;
  lost: number;
  doubled: number;
  /** What is in memory after the garbage is collected, beyond what was there before. */
  grownMiB: number;
}

/** @throws Error if a node ends, or nothing is acknowledged any more */
export async function fuzzSockets(seed: number, strangers: number): Promise<SocketTally> {
  const tally = { strangers: 0, piecesDamaged: 0, acknowledged: 0, lost: 0, doubled: 0, grownMiB: 0 };
  const random = seededRandom(derivedSeed(seed, 1));
  const directory = await mkdtemp(join(tmpdir(), "raft-store-fuzz-"));
  const real: Record<string, string> = {};
  for (const id of IDS) real[id] = await freeAddress();
  const network = new DamagingNetwork(random, tally);
  const stores: RaftStore<{ id: number; pad: string }, number>[] = [];
  const ledgers: Ledger[] = [];
  const run: { stopping: boolean; fatal?: unknown } = { stopping: false };
  try {
    for (const id of IDS) {
      const members: Record<string, string> = { ...real };
      for (const peer of IDS) if (peer !== id) members[peer] = await network.wayTo(real[peer] as string);
      const machine = new Ledger();
      const options = {
        clusterId: "fuzz",
        nodeId: id,
        dataDir: join(directory, id),
        members,
        machine,
        secret: "s",
      };
      const store = await RaftStore.open<{ id: number; pad: string }, number>(options);
      store.on((event) => {
        if (event.type === "fatal") run.fatal ??= event.error;
      });
      stores.push(store);
      ledgers.push(machine);
    }
    const before = bytesInUse();
    const acknowledged = new Set<number>();
    const writers = stores.map(async (store, i) => {
      for (let id = i; !run.stopping; id += stores.length) {
        try {
          await store.submit({ id, pad: "p".repeat(200) }, { timeoutMs: 2000 });
          acknowledged.add(id);
        } catch (error) {
          if (!(error instanceof RaftError) || error.retry === "no") throw error;
        }
      }
    });
    network.damages = true;
    const talkers = Array.from({ length: STRANGERS_AT_ONCE }, async () => {
      while (tally.strangers < strangers && run.fatal === undefined) {
        tally.strangers += 1;
        await talk(random, real[IDS[below(random, IDS.length)] as string] as string);
      }
    });
    await Promise.race([Promise.all(talkers), Promise.all(writers)]);
    network.damages = false;
    const soFar = acknowledged.size;
    for (let tenths = 0; acknowledged.size === soFar; tenths++) {
      if (run.fatal !== undefined) throw new Error("a node ended", { cause: run.fatal });
      if (tenths > 300) throw new Error("nothing was acknowledged for 30 s after the network was mended");
      await sleep(100);
    }
    run.stopping = true;
    await Promise.all(writers);
    await Promise.all(stores.map((store) => store.readBarrier({ timeoutMs: 30_000 })));
    for (const { ids } of ledgers) {
      const seen = new Set(ids);
      tally.doubled += ids.length - seen.size;
      for (const id of acknowledged) if (!seen.has(id)) tally.lost += 1;
    }
    tally.acknowledged = acknowledged.size;
    const grown = bytesInUse() - before;
    tally.grownMiB = Math.round(grown / 2 ** 20);
    if (grown > GROWTH_BYTES_MAX + acknowledged.size * BYTES_A_WRITE_MAX)
      throw new Error(`memory has grown by ${tally.grownMiB} MiB with ${acknowledged.size} writes`);
    return tally;
  } finally {
    network.damages = false;
    await Promise.all(stores.map((store) => store.close()));
    await network.close();
    await rm(directory, { recursive: true, force: true });
  }
}

function bytesInUse(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Somebody connects, says something, and sees the connection closed, or leaves. */
async function talk(random: Random, address: string): Promise<void> {
  const port = Number(address.split(":").at(-1));
  // Many addresses of its own, or the ports of one would run out: a closed connection keeps its own for a minute.
  const localAddress = `127.0.${1 + below(random, 250)}.${1 + below(random, 250)}`;
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  socket.on("error", () => socket.destroy());
  const said = words(random);
  socket.on("connect", () => {
    socket.write(said);
    if (chance(random, 0.7)) socket.end();
  });
  socket.resume();
  if (!socket.destroyed) await once(socket, "close");
}

function words(random: Random): Buffer {
  if (chance(random, 0.3)) return randomBytes(random, 1 + below(random, 5000));
  const hello = encodeHandshake({
    type: "hello",
    version: PROTOCOL_VERSION,
    versionMin: PROTOCOL_VERSION_MIN,
    clusterId: "fuzz",
    from: { nodeId: IDS[below(random, 3)] as string, incarnation: "x", epoch: null },
    to: IDS[below(random, 3)] as string,
    nonce: "n".repeat(32),
  });
  const kind = chance(random, 0.8) ? FrameKind.handshake : 1 + below(random, 6);
  const whole = Buffer.concat([encodeFrameHeader(kind, [hello]), hello]);
  if (chance(random, 0.2)) return Buffer.concat([whole, randomBytes(random, below(random, 2000))]);
  return chance(random, 0.2) ? whole : damaged(random, whole).bytes;
}
