import { randomBytes } from "node:crypto";
import type { Runtime } from "./runtime.ts";

/** The real clock, timers and entropy of Node.js. */
export const nodeRuntime: Runtime = {
  clock: {
    monotonicMs: () => performance.now(),
    wallMs: () => Date.now(),
  },
  scheduler: {
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
    endOfTurn: (callback) => {
      setImmediate(callback);
    },
  },
  random: { uint32: () => randomBytes(4).readUInt32LE(0) },
};
