// What admins and the system did: append only.

import { ObjectColumn } from "../columns/object-column.ts";
import { DigestSum } from "../digest/digest-sum.ts";
import type { Hasher } from "../digest/hasher.ts";
import type { AuditFacts, AuditView } from "../views.ts";
import { TAG } from "./tags.ts";

export class AuditTable {
  readonly records = new ObjectColumn<AuditView>();
  readonly digest = new DigestSum();
  /** Newest row; rows are 1 … count. */
  count = 0;

  readonly #hasher: Hasher;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  append(record: AuditView): void {
    this.restore(record);
    this.digest.add(this.#hash(this.count));
  }

  restore(record: AuditView): void {
    this.records.set(++this.count, record);
  }

  recomputeDigest(): DigestSum {
    const sum = new DigestSum();
    for (let row = 1; row <= this.count; row++) sum.add(this.#hash(row));
    return sum;
  }

  #hash(row: number): Hasher {
    const record = this.records.get(row) as AuditView;
    return this.#hasher
      .start(TAG.audit)
      .word(row)
      .integer(record.index)
      .integer(record.at)
      .text(record.actor)
      .text(record.action)
      .integer(record.gameId ?? 0)
      .text(record.userId ?? "")
      .text(record.reason ?? "")
      .text(factsText(record.before))
      .text(factsText(record.after))
      .finish();
  }
}

/** Facts are made with their fields in a fixed order, so their text is canonical. */
export function factsText(facts: AuditFacts | undefined): string {
  return facts === undefined ? "" : JSON.stringify(facts);
}
