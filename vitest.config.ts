// Tests run from source, like everything else: the custom export condition resolves a workspace package to
// its src. Three groups: unit (pure, quick), integration (real sockets, disks and processes) and browser.
import { defineConfig } from "vitest/config";

const source = ["@quorumbook/source"];
const shared = {
  resolve: { conditions: [...source, "module", "node", "default"] },
  ssr: { resolve: { conditions: [...source, "node", "default"], externalConditions: [...source, "node"] } },
};

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          include: [
            "packages/*/test/**/*.test.ts",
            "packages/*/test/**/*.test.tsx",
            "scripts/test/**/*.test.ts",
          ],
          exclude: ["**/integration/**", "**/browser/**", "**/node_modules/**"],
          execArgv: ["--conditions=@quorumbook/source"],
          testTimeout: 30_000,
        },
      },
      {
        ...shared,
        test: {
          name: "integration",
          include: [
            "packages/*/test/integration/**/*.test.ts",
            "scripts/test/integration/**/*.test.ts",
            "test/integration/**/*.test.ts",
          ],
          execArgv: ["--conditions=@quorumbook/source"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // These start real processes on two cores: one file at a time keeps their clocks honest.
          fileParallelism: false,
        },
      },
      {
        ...shared,
        test: {
          name: "browser",
          include: ["packages/*/test/browser/**/*.test.ts", "test/browser/**/*.test.ts"],
          execArgv: ["--conditions=@quorumbook/source"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
