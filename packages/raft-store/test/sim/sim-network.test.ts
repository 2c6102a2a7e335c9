import { expect, test } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import { HEALTHY_LINK, SimNetwork, type LinkFaults } from "../../src/sim/sim-network.ts";
import { SimRuntime } from "../../src/sim/sim-runtime.ts";
import { quiescent, VirtualTime } from "../../src/sim/virtual-time.ts";
import { nodeId } from "../../src/units.ts";

const A = nodeId("a");
const B = nodeId("b");

async function pair(faults: Partial<LinkFaults> = {}) {
  const time = new VirtualTime();
  const network = new SimNetwork(time, seededRandom(7), { ...HEALTHY_LINK, ...faults });
  const peers = new Map([
    [A, "a:1"],
    [B, "b:1"],
  ]);
  const node = (id: typeof A) => {
    const runtime = new SimRuntime(time, { rate: 1, wallOffsetMs: 0 }, seededRandom(8));
    const transport = network.transport({ nodeId: id, incarnation: `${id}-1` }, runtime);
    const log: string[] = [];
    transport.setPeers(peers);
    void transport.start({
      onFrame: (from, frame) => log.push(`${from}:${frame[0] ?? ""}`),
      onConnected: (peer) => log.push(`+${peer}`),
      onDisconnected: (peer) => log.push(`-${peer}`),
      onGone: (peer) => log.push(`!${peer}`),
      admit: () => Promise.resolve(undefined),
      onWarning: (message) => log.push(message),
    });
    return { id, runtime, transport, log };
  };
  const run = async (ms: number): Promise<void> => {
    const end = time.now + ms;
    time.after(ms, () => {});
    while (time.nextAt() <= end) {
      time.runNext();
      await quiescent();
    }
  };
  const [a, b] = [node(A), node(B)];
  await run(100);
  return { network, a, b, run };
}

const frames = (log: readonly string[]) => log.filter((line) => line.includes(":"));

test("frames on one connection arrive in order", async () => {
  const { a, b, run } = await pair({ latencyMsMax: 30 });
  for (let n = 0; n < 20; n++) a.transport.send(B, [Uint8Array.of(n)]);
  await run(500);
  expect(b.log).toEqual(["+a", ...Array.from({ length: 20 }, (_, n) => `a:${n}`)]);
});

test("a link that is cut one way still carries the other", async () => {
  const { network, a, b, run } = await pair();
  network.cut(A, B);
  a.transport.send(B, [Uint8Array.of(1)]);
  b.transport.send(A, [Uint8Array.of(2)]);
  await run(50);
  expect(frames(b.log)).toEqual([]);
  expect(frames(a.log)).toEqual(["b:2"]);
});

test("a dead process is noticed by its peers, and hears nothing any more", async () => {
  const { network, a, b, run } = await pair();
  a.transport.send(B, [Uint8Array.of(1)]);
  b.runtime.kill();
  network.processDied(B, false);
  await run(50);
  expect(a.log).toEqual(["+b", "-b", "!b"]);
  expect(frames(b.log)).toEqual([]);
  expect(a.transport.send(B, [Uint8Array.of(2)])).toBe(false);
});

test("a broken connection loses what is under way and is made anew", async () => {
  const { network, a, b, run } = await pair({ latencyMsMin: 5, latencyMsMax: 6 });
  a.transport.send(B, [Uint8Array.of(1)]);
  network.reset(A, B);
  await run(200);
  a.transport.send(B, [Uint8Array.of(2)]);
  await run(50);
  expect(b.log).toEqual(["+a", "-a", "!a", "+a", "a:2"]);
});

test("a paused process takes in late what came meanwhile, in order", async () => {
  const { a, b, run } = await pair();
  b.runtime.pause(300);
  a.transport.send(B, [Uint8Array.of(1)]);
  a.transport.send(B, [Uint8Array.of(2)]);
  await run(200);
  expect(frames(b.log)).toEqual([]);
  await run(200);
  expect(frames(b.log)).toEqual(["a:1", "a:2"]);
});
