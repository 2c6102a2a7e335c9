// The public face of the book: re-exports only.

export type * from "./book.ts";
export { decodeCommand, encodeCommand } from "./codec/command-codec.ts";
export type * from "./commands.ts";
export { createBook, restoreBook } from "./create-book.ts";
export { DEFAULT_PRICING, DEFAULT_WELCOME_BALANCE } from "./default-pricing.ts";
export { CodecError, type CodecErrorCode, InvariantError } from "./errors.ts";
export type * from "./events.ts";
export { drawNumber } from "./draws/draw-result.ts";
export { type DrawExplanation, explainDraw } from "./draws/explain-draw.ts";
export { type DrawClaim, type DrawVerdict, verifyDraw } from "./draws/verify-draw.ts";
export type { BetStatement } from "./history/leaf.ts";
export { fromBase64, toBase64 } from "./hash/base64.ts";
export { fromHex } from "./hash/hex.ts";
export { type TreeHead, verifyConsistency } from "./history/verify-path.ts";
export { checkBook, checkConservation, checkExposure } from "./invariants.ts";
export {
  explainUnsafePricing,
  type SureWin,
  type SureWinLeg,
  type UnsafePricing,
} from "./pricing/sure-win.ts";
export { PaperMarket } from "./pricing/paper-market.ts";
export { capOf, payoutOf } from "./money.ts";
export type * from "./outcomes.ts";
export {
  type Checkpoint,
  checkpointBody,
  type CheckpointFault,
  openCheckpoint,
  signedCheckpoint,
  verifierKey,
} from "./receipts/checkpoint.ts";
export { makeReceipt } from "./receipts/make-receipt.ts";
export {
  type Receipt,
  type ReceiptFault,
  type ReceiptVerdict,
  verifyReceipt,
} from "./receipts/verify-receipt.ts";
export {
  BET_REJECTION_ORDER,
  type LimitKind,
  type LimitWindow,
  type Rejection,
  type RejectionCode,
  type RejectionOf,
} from "./rejections.ts";
export {
  AMOUNT_MAX,
  amount,
  type BetId,
  BASIS_POINTS,
  betId,
  type GameId,
  gameId,
  type LogIndex,
  logIndex,
  type MinorUnits,
  minorUnits,
  ODDS_MAX,
  ODDS_SCALE,
  type Odds,
  odds,
  OUTCOMES_MAX,
  OUTCOMES_MIN,
  type OutcomeKey,
  outcomeKey,
  outcomePosition,
  type Sequence,
  SYSTEM,
  type UnixMillis,
  unixMillis,
  type UserId,
  userId,
} from "./units.ts";
export type * from "./views.ts";
