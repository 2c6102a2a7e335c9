// Holds a history against what the interface promises. Every fault is a sentence; none is a pass.
import { checkLedgers } from "./check-ledgers.ts";
import { checkOrder } from "./check-order.ts";
import { checkReads } from "./check-reads.ts";
import { checkQuotes, checkStreams } from "./check-streams.ts";
import type { History } from "./history.ts";

export function checkHistory(history: History): string[] {
  return [
    ...checkOrder(history.operations),
    ...checkLedgers(history),
    ...checkReads(history),
    ...checkStreams(history.segments),
    ...checkQuotes(history.quotes),
  ];
}
