// The result of a draw: a function of public values alone, so that anybody can repeat it.
//
//   key     = SHA-256("quorumbook draw 1\n" ‖ game ‖ size ‖ root ‖ seeds)          numbers in 8 bytes, big-endian
//   words   = SHA-256(key ‖ 0), SHA-256(key ‖ 1), …                                 each eight words of 32 bits
//   number  = the first word below the largest multiple of the weights' sum, modulo that sum

import { HASH_BYTES, HASH_WORDS, sha256, wordsOf } from "../hash/sha256.ts";

export interface DrawInputs {
  readonly gameId: number;
  /** The history when betting ended: its size, and its root of 32 bytes. */
  readonly size: number;
  readonly root: Uint8Array;
  /** All seeds, 32 bytes each, in the order of their commitments. */
  readonly seeds: readonly Uint8Array[];
  /** Chances of the outcomes, integers that sum to 1 … 2^32. */
  readonly weights: readonly number[];
}

const DOMAIN = "quorumbook draw 1\n";
const NUMBER_BYTES = 8;
const WORD_VALUES = 0x1_0000_0000;

/** How a result comes about. */
export interface DrawSteps {
  /** Everything mixed into one hash. */
  readonly key: Uint8Array;
  /** Sum of the weights. */
  readonly total: number;
  /** 0 … total − 1. */
  readonly number: number;
  /** Of the outcome into whose share the number falls. */
  readonly position: number;
}

export function drawSteps({ gameId, size, root, seeds, weights }: DrawInputs): DrawSteps {
  const parts = [asciiBytes(DOMAIN), numberBytes(gameId), numberBytes(size), root, ...seeds];
  const key = sha256(joined(parts));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const number = drawNumber(key, total);
  let rest = number;
  for (const [position, weight] of weights.entries()) {
    if (rest < weight) return { key, total, number, position };
    rest -= weight;
  }
  throw new RangeError("chances must be integers that sum to more than nothing");
}

/** @returns position of the outcome that is drawn */
export function drawResult(inputs: DrawInputs): number {
  return drawSteps(inputs).position;
}

/**
 * A number from 0 to `below` − 1, each as likely as the others: words that would make some more likely are thrown away.
 *
 * @param key   32 bytes that nobody could choose
 * @param below 1 … 2^32
 */
export function drawNumber(key: Uint8Array, below: number): number {
  const fair = WORD_VALUES - (WORD_VALUES % below);
  const block = new Uint8Array(HASH_BYTES + NUMBER_BYTES);
  block.set(key);
  for (let count = 0; ; count++) {
    block.set(numberBytes(count), HASH_BYTES);
    const words = wordsOf(sha256(block));
    for (let at = 0; at < HASH_WORDS; at++) {
      const word = (words[at] as number) >>> 0;
      if (word < fair) return word % below;
    }
  }
}

function numberBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(NUMBER_BYTES);
  let rest = value;
  for (let at = NUMBER_BYTES - 1; at >= 0; at--) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
