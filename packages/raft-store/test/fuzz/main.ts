// `npm run fuzz`: nonsense on the wire and damage in the files, from a seed.
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { fuzzFiles } from "./files.ts";
import { fuzzSockets } from "./sockets.ts";
import { fuzzWire } from "./wire.ts";

const HELP = `Damages what nodes send and what they keep: noise, cuts, flipped bits, parts moved and repeated. No node may end by
what it is sent, no altered frame may be taken for a whole one, and no acknowledged entry may be missing in silence.

  npm run fuzz                        20 000 tries, from seed 1
  npm run fuzz -- --tries N           N streams; N/50 damaged data directories; N/100 strangers at a live cluster's ports
  npm run fuzz -- --seed S            from another seed; "fresh" draws it
  npm run fuzz -- --only wire         or files, or sockets
`;

const { values } = parseArgs({
  options: {
    tries: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
const tries = Number(values.tries);
const seed = values.seed === "fresh" ? randomInt(2 ** 40) : Number(values.seed);
if (values.help === true || !Number.isSafeInteger(tries) || tries < 1 || !Number.isSafeInteger(seed)) {
  process.stdout.write(HELP);
  process.exitCode = values.help === true ? 0 : 2;
} else await main();

async function main(): Promise<void> {
  const wanted = (part: string): boolean => values.only === undefined || values.only === part;
  if (wanted("wire")) await told("wire", () => fuzzWire(seed, tries));
  if (wanted("files")) await told("files", () => fuzzFiles(seed, Math.ceil(tries / 50)));
  if (!wanted("sockets")) return;
  const { lost, doubled } = await told("sockets", () => fuzzSockets(seed, Math.ceil(tries / 100)));
  if (lost + doubled > 0) process.exitCode = 1;
}

/** A part that fails ends the program, with the number of the try and the seed. */
async function told<T extends object>(part: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const tally = await work();
  const counts = Object.entries(tally).map(([name, count]) => `${name} ${count}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`${part}, seed ${seed}: ${counts.join(", ")}; in ${seconds} s\n`);
  return tally;
}
