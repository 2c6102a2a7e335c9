// An attack in a thread of its own, so that what honest clients wait for is not the attacker's own work.
import { parentPort, Worker, workerData } from "node:worker_threads";
import { seededRandom } from "../season/random.ts";
import { attacks, type Target } from "./attacks.ts";

/** What an attack is to be done with; the thread makes the rest. */
export interface Order extends Omit<Target, "random"> {
  readonly attack: string;
  readonly seed: number;
  readonly ms: number;
}

/** Attacks as ordered; resolves when that is over. */
export function attackBy(order: Order): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: order });
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
}

if (parentPort !== null) {
  const { attack, seed, ms, ...target } = workerData as Order;
  const endsAt = performance.now() + ms;
  const found = attacks.find(({ name }) => name === attack);
  if (found === undefined) throw new Error(`there is no attack ${attack}`);
  await found.run({ ...target, random: seededRandom(seed) }, () => performance.now() >= endsAt);
  process.exit(0);
}
