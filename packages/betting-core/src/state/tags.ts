// Keeps the hashes of rows of different tables apart in one digest.

export const TAG = {
  accountName: 1,
  account: 2,
  accountLimits: 3,
  gameText: 4,
  game: 5,
  outcome: 6,
  bet: 7,
  ledger: 9,
  counters: 10,
  request: 11,
  audit: 12,
  whole: 13,
  fingerprint: 14,
  requestKey: 15,
  chunk: 16,
  preview: 17,
  history: 18,
  pending: 19,
  draw: 20,
  void: 21,
} as const;
