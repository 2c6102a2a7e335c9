import { type Import, importsOf } from "./imports-of.ts";
import { type Fault, isSource, type ProjectFile, projectFile, type Rule } from "./project-file.ts";

/** What the files below a folder may import. The first entry whose folder fits decides. */
interface Boundary {
  readonly folder: string;
  readonly may: (one: Import) => boolean;
  readonly says: string;
}

const inside =
  (...folders: readonly string[]) =>
  ({ target }: Import) =>
    target !== undefined && folders.some((folder) => target === folder || target.startsWith(`${folder}/`));
const builtIn = ({ specifier }: Import) => specifier.startsWith("node:");
const sibling = ({ specifier }: Import) => specifier.startsWith("@quorumbook/");
const exactly =
  (...names: readonly string[]) =>
  ({ specifier }: Import) =>
    names.includes(specifier);
const library = (one: Import) => one.target === undefined && !sibling(one) && !builtIn(one);

const raft = "packages/raft-store/src";
const boundaries: readonly Boundary[] = [
  {
    folder: "packages/betting-core/src",
    may: inside("packages/betting-core/src"),
    says: "the book imports nothing but itself: it runs the same everywhere",
  },
  {
    folder: `${raft}/core`,
    may: inside(`${raft}/core`, `${raft}/units.ts`, `${raft}/errors.ts`, `${raft}/config.ts`),
    says: "the Raft core imports itself and the package's units, errors and config alone",
  },
  {
    folder: `${raft}/driver`,
    may: inside(raft),
    says: "the driver gets clock, files and network through ports, so that the simulator runs the same code",
  },
  {
    folder: `${raft}/sim`,
    may: inside(raft),
    says: "the simulator has its own clock, disk and network: one seed is one run",
  },
  {
    folder: raft,
    may: (one) => inside(raft)(one) || builtIn(one) || library(one),
    says: "raft-store knows no other package of the project",
  },
  {
    folder: "packages/node-server/src/replication",
    may: (one) =>
      inside("packages/node-server/src")(one) ||
      exactly("@quorumbook/raft-store", "@quorumbook/betting-core")(one) ||
      builtIn(one) ||
      library(one),
    says: "replication joins raft-store and betting-core, by their public entries",
  },
  {
    folder: "packages/node-server/src",
    may: (one) =>
      inside("packages/node-server/src")(one) ||
      exactly("@quorumbook/betting-core")(one) ||
      builtIn(one) ||
      library(one),
    says: "only src/replication knows raft-store; everything else speaks to the ReplicatedLog port",
  },
  {
    folder: "packages/auth-server/src",
    may: (one) => inside("packages/auth-server/src")(one) || builtIn(one) || library(one),
    says: "auth-server knows no other package of the project",
  },
  {
    folder: "packages/cli/src",
    may: (one) =>
      inside("packages/cli/src")(one) ||
      exactly("@quorumbook/raft-store", "@quorumbook/betting-core", "@quorumbook/auth-server")(one) ||
      builtIn(one) ||
      library(one),
    says: "the command line asks nodes over HTTP, and uses the other packages by their public entries",
  },
  {
    folder: "packages/client/src",
    may: (one) =>
      inside("packages/client/src")(one) ||
      (one.typeOnly && exactly("@quorumbook/node-server/contract")(one)),
    says: "the client runs anywhere without a dependency; of the servers it knows their contract's types alone",
  },
  {
    folder: "packages/web/src",
    may: (one) =>
      inside("packages/web/src")(one) ||
      exactly("@quorumbook/betting-core", "@quorumbook/client")(one) ||
      library(one),
    says: "the web app shares betting-core with the servers, and the client with everybody; it runs in a browser",
  },
];

export const importBoundaries: Rule = {
  name: "imports point inward",
  check: (files) => files.filter(({ path }) => isSource(path)).flatMap(faultsOf),
  canaries: [
    canary("packages/betting-core/src/apply.ts", 'import { readFileSync } from "node:fs";'),
    canary("packages/betting-core/src/apply.ts", 'import type { Term } from "@quorumbook/raft-store";'),
    canary("packages/betting-core/src/bets/a.ts", 'export * from "../../../raft-store/src/units.ts";'),
    canary("packages/raft-store/src/core/step.ts", 'import { x } from "../storage/log-storage.ts";'),
    canary("packages/raft-store/src/core/step.ts", 'const x = await import("node:fs");'),
    canary("packages/raft-store/src/driver/a.ts", 'import { connect } from "node:net";'),
    canary("packages/raft-store/src/sim/a.ts", 'import "node:crypto";'),
    canary("packages/raft-store/src/storage/a.ts", 'import { b } from "@quorumbook/betting-core";'),
    canary("packages/node-server/src/http/app.ts", 'import { RaftStore } from "@quorumbook/raft-store";'),
    canary("packages/node-server/src/replication/a.ts", 'import { x } from "@quorumbook/raft-store/core";'),
    canary("packages/auth-server/src/app.ts", 'import { b } from "@quorumbook/betting-core";'),
    canary("packages/client/src/a.ts", 'import { x } from "@quorumbook/node-server/contract";'),
    canary("packages/client/src/a.ts", 'import type { App } from "@quorumbook/node-server";'),
    canary("packages/client/src/a.ts", 'import { WebSocket } from "ws";'),
    canary("packages/web/src/main.tsx", 'import { x } from "@quorumbook/node-server";'),
    canary("packages/web/src/main.tsx", 'import { readFile } from "node:fs/promises";'),
    canary("packages/cli/src/a.ts", 'import { x } from "@quorumbook/node-server";'),
    canary("packages/web/test/a.test.ts", 'import { x } from "../../auth-server/src/app.ts";'),
    canary("scripts/season.ts", 'import { x } from "../packages/node-server/src/config.ts";'),
    canary("packages/auth-server/src/app.ts", 'import { x } from "../../../scripts/lib/until.ts";'),
  ],
  allowed: [
    canary(
      "packages/betting-core/src/apply.ts",
      '// as import "node:fs" would\nimport { x } from "./money.ts";',
    ),
    canary("packages/raft-store/src/core/step.ts", 'import type { Term } from "../units.ts";'),
    canary(
      "packages/node-server/src/replication/a.ts",
      'import { RaftStore } from "@quorumbook/raft-store";',
    ),
    canary("packages/client/src/a.ts", 'import type { Game } from "@quorumbook/node-server/contract";'),
    canary("packages/web/src/a.ts", 'import { QuorumbookClient } from "@quorumbook/client";'),
    canary("packages/betting-core/test/apply.test.ts", 'import { apply } from "../src/apply.ts";'),
    canary("scripts/sim.ts", 'import { simulate } from "@quorumbook/raft-store/testing";'),
  ],
};

function faultsOf(file: ProjectFile): Fault[] {
  const imports = importsOf(file);
  const boundary = boundaries.find(({ folder }) => file.path.startsWith(`${folder}/`));
  if (boundary !== undefined) {
    return imports.filter((one) => !boundary.may(one)).map((one) => fault(file, one, boundary.says));
  }
  // Tests, scripts and examples use what a package exports, like anybody else; a package's own tests and benches see its insides.
  const home = /^packages\/[^/]+(?=\/(?:test|bench)\/)/.exec(file.path)?.[0];
  return imports
    .filter(({ target }) => target !== undefined && /^packages\/[^/]+\/src\//.test(target))
    .filter(({ target }) => home === undefined || !target?.startsWith(`${home}/`))
    .map((one) => fault(file, one, "another package is imported by its public entry"));
}

function fault({ path }: ProjectFile, { specifier, line }: Import, why: string): Fault {
  return { path, line, message: `imports ${specifier}; ${why}` };
}

function canary(path: string, text: string): readonly ProjectFile[] {
  return [projectFile(path, `${text}\n`)];
}
