// Keeps what a bench found as a file, with the machine that it was found on: figures without that compare with nothing.
import { mkdir, writeFile } from "node:fs/promises";
import { arch, cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../results");

/** @returns the file's path; one of the same day and bench is written over */
export async function saveResult(bench: string, json: string, began: Date): Promise<string> {
  const processors = cpus();
  const machine = {
    processor: processors[0]?.model ?? "unknown",
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${arch()}`,
    /** Of the last minute, the bench's own processes among it. */
    loadAtEnd: Number((loadavg()[0] ?? 0).toFixed(1)),
  };
  const result = { date: began.toISOString(), machine, ...(JSON.parse(json) as object) };
  await mkdir(FOLDER, { recursive: true });
  const path = join(FOLDER, `${began.toISOString().slice(0, 10)}-${bench}.json`);
  await writeFile(path, `${JSON.stringify(result, undefined, 2)}\n`);
  return path;
}
