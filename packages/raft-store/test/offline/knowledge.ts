import { expect } from "vitest";
import type { DataDirectory } from "../../src/driver/recover.ts";
import { StorageDamage } from "../../src/storage/storage-damage.ts";
import { plain } from "../storage/fixtures.ts";

/** All that a node has acknowledged, as it would find it at its start. */
export interface Knowledge {
  /** Its vote, its snapshot, and the entries behind. */
  readonly all: string;
  /** The same without the snapshot, where there is none, or where the log alone tells everything from its beginning. */
  readonly byLogAlone?: string;
  readonly hasSnapshot: boolean;
}

export async function knowledgeOf({
  identity,
  recovered,
  snapshots,
  log,
}: DataDirectory): Promise<Knowledge> {
  const state = Buffer.concat(await Array.fromAsync(snapshots.read())).toString("latin1");
  await log.close();
  const { snapshot, hardState, base, entries } = recovered;
  const behind = entries.filter(({ index }) => index > (snapshot?.index ?? 0));
  const { clusterId, nodeId, incarnation, epoch } = identity;
  const who = { clusterId, nodeId, incarnation, epoch };
  return {
    all: JSON.stringify({ who, hardState, snapshot, state, entries: plain(behind) }),
    ...(base.index === 0 && { byLogAlone: JSON.stringify({ who, hardState, entries: plain(entries) }) }),
    hasSnapshot: snapshot !== undefined,
  };
}

/** Whether what was found is all there was. A snapshot may go where the log still begins at its beginning. */
function isWhole(found: Knowledge, whole: Knowledge): boolean {
  if (found.all === whole.all) return true;
  return !found.hasSnapshot && found.byLogAlone !== undefined && found.byLogAlone === whole.byLogAlone;
}

export interface Verdicts {
  recovered: number;
  refused: number;
}

/** Opens what is left: everything is there, or the refusal names file and offset and says what to do. Nothing else will do. */
export async function judge(
  open: () => Promise<DataDirectory>,
  whole: Knowledge,
  verdicts: Verdicts,
  fault: string,
): Promise<void> {
  try {
    const found = await knowledgeOf(await open());
    if (!isWhole(found, whole)) throw new Error(`${fault}: something was lost, and nobody told`);
    verdicts.recovered += 1;
  } catch (error) {
    if (!(error instanceof StorageDamage)) throw error;
    expect(error.code, fault).toBe("RAFT_STORAGE_CORRUPT");
    expect(error.message, fault).toMatch(/^\/.+, offset \d+: .+remove this member and let a new one join/s);
    verdicts.refused += 1;
  }
}
