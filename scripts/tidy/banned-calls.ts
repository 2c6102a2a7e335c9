import {
  type Fault,
  isSource,
  isTest,
  lineAt,
  type ProjectFile,
  projectFile,
  type Rule,
} from "./project-file.ts";

interface Ban {
  readonly what: string;
  readonly pattern: RegExp;
  readonly instead: string;
}

/** Where the same inputs must give the same outputs, on every machine and in every replay. */
const PURE = /^packages\/(betting-core\/src|raft-store\/src\/(core|driver|sim))\//;

const impure: readonly Ban[] = [
  ban(
    "Date",
    /\bDate\s*(?:\.\s*now\b|\()|\bnew\s+Date\b/g,
    "time comes with the command, or from the Clock port",
  ),
  ban("performance", /\bperformance\b/g, "time comes in as ticks, or from the Clock port"),
  ban("Math.random", /\bMath\s*\.\s*random\b/g, "chance comes from a seeded generator that is passed in"),
  ban("crypto", /\bcrypto\s*\.\s*(?:getRandomValues|randomUUID|random)/g, "chance is passed in"),
  ban("a timer", /\b(?:setTimeout|setInterval)\b/g, "ticks come in as inputs, or from the Timers port"),
  ban("process", /\bprocess\s*\.\s*(?:env|argv|exit|hrtime|memoryUsage)\b/g, "settings are passed in"),
  ban("fetch", /\bfetch\s*\(/g, "effects are data that the caller carries out"),
];

/** The simulator alone may let the promises of one virtual moment run out; that takes no time and has one order. */
const SIMULATOR = /^packages\/raft-store\/src\/sim\//;
const unordered = ban(
  "setImmediate or process.nextTick",
  /\b(?:setImmediate|process\s*\.\s*nextTick)\b/g,
  "order comes from the log, or from the Timers port",
);

/** Results differ between engines and versions, so that replicas could come to differ. */
const inexact: readonly Ban[] = [
  ban(
    "a transcendental function",
    /\bMath\s*\.\s*(?:exp|expm1|log|log2|log10|log1p|pow|sin|cos|tan|a?sinh?|a?cosh?|a?tanh?|atan2|cbrt|hypot)\b/g,
    "write integer arithmetic; engines differ in the last bit of these",
  ),
  ban("**", /\*\*/g, "write integer multiplication; ** of fractions differs between engines"),
];

/** Nowhere in the project. */
const anywhere: readonly Ban[] = [
  ban(
    "an empty catch",
    /\bcatch\s*(?:\([^)]*\)\s*)?\{\s*\}/g,
    "handle the error, or say in code why it is none",
  ),
  ban("any", /\bas\s+any\b|:\s*any\b|<any>/g, "use unknown and a check, or the right type"),
  ban("debugger", /\bdebugger\b/g, "take it out"),
];

const inTests: readonly Ban[] = [
  ban(
    "a test that does not run",
    /\b(?:describe|it|test)\s*\.\s*(?:skip|todo|only|fails)\b/g,
    "make it run, or delete it; what a machine may lack is left out with skipIf and told",
  ),
];

export const bannedCalls: Rule = {
  name: "nothing impure in pure code, nothing half-done anywhere",
  check: (files) => files.filter(({ path }) => isSource(path)).flatMap(faultsOf),
  canaries: [
    canary("packages/betting-core/src/a.ts", "const at = Date.now();"),
    canary("packages/betting-core/src/a.ts", "const at = new Date();"),
    canary("packages/betting-core/src/a.ts", "const x = Math.random();"),
    canary("packages/betting-core/src/a.ts", "const x = Math.exp(1);"),
    canary("packages/betting-core/src/a.ts", "const x = y ** 0.5;"),
    canary("packages/betting-core/src/a.ts", "const text = `${Math.pow(x, y)}`;"),
    canary("packages/raft-store/src/core/a.ts", "setTimeout(tick, 10);"),
    canary("packages/raft-store/src/core/a.ts", "const x = process.env.X;"),
    canary("packages/raft-store/src/driver/a.ts", "const now = performance.now();"),
    canary("packages/raft-store/src/sim/a.ts", "setTimeout(run, 1);"),
    canary("packages/raft-store/src/driver/a.ts", "setImmediate(run);"),
    canary("packages/raft-store/src/driver/a.ts", "process.nextTick(run);"),
    canary("packages/web/src/a.ts", "try { go(); } catch {}"),
    canary("packages/web/src/a.ts", "try { go(); } catch (error) { /* never mind */ }"),
    canary("packages/web/src/a.ts", "const x = y as any;"),
    canary("packages/web/test/a.test.ts", 'it.skip("x", () => {});'),
    canary("packages/web/test/a.test.ts", 'describe.only("x", () => {});'),
  ],
  allowed: [
    canary("packages/betting-core/src/a.ts", "// Never Date.now() here.\nconst x = 'Math.random()';"),
    canary("packages/betting-core/src/a.ts", "const x = Math.floor(a / b) + Math.min(c / d, 1);"),
    canary("packages/betting-core/src/a.ts", "const x = /catch {}/.test(text) ? many : company;"),
    canary("packages/node-server/src/a.ts", "const at = Date.now();"),
    canary("packages/web/test/a.test.ts", 'it.skipIf(!hasBrowser)("x", () => {});'),
  ],
};

function faultsOf(file: ProjectFile): Fault[] {
  const bans = [...anywhere];
  if (PURE.test(file.path)) bans.push(...impure);
  if (PURE.test(file.path) && !SIMULATOR.test(file.path)) bans.push(unordered);
  if (file.path.startsWith("packages/betting-core/src/")) bans.push(...inexact);
  if (isTest(file.path)) bans.push(...inTests);
  return bans.flatMap(({ what, pattern, instead }) =>
    [...file.code.matchAll(pattern)].map(({ index }) => ({
      path: file.path,
      line: lineAt(file.text, index),
      message: `${what} has no place here: ${instead}`,
    })),
  );
}

function ban(what: string, pattern: RegExp, instead: string): Ban {
  return { what, pattern, instead };
}

function canary(path: string, text: string): readonly ProjectFile[] {
  return [projectFile(path, `${text}\n`)];
}
