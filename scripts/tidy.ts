// Rules about the code itself that neither compiler nor linter states: `npm run tidy`. Every rule proves with each run
// that it still bites: its canaries are code that it has to reject.
import { runCommand } from "./lib/run-command.ts";
import { projectRoot } from "./lib/source-paths.ts";
import { tidy } from "./tidy/rules.ts";
import { readProject } from "./tidy/project-file.ts";

await runCommand("tidy", async () => {
  const faults = tidy(readProject(projectRoot));
  for (const { path, line, message } of faults) process.stdout.write(`${path}:${line} ${message}\n`);
  process.stdout.write(faults.length === 0 ? "tidy: nothing to say\n" : `tidy: ${faults.length} faults\n`);
  return faults.length === 0 ? 0 : 1;
});
